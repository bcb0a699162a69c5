// What nestjs/cqrs was asked for since 2020, and what it means for commands that nobody waits for: those of sagas and processes.
import { Injectable, Module } from '@nestjs/common';
import { Command, CommandHandler, ofType, Saga, type ICommandHandler } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { Min } from 'class-validator';
import { map, type Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../test/support/eventually.js';
import {
  Aggregate,
  currentTransaction,
  DomainError,
  Event,
  EventSourcedAggregate,
  When,
  type AggregateStore,
} from '../../core/index.js';
import { OnRejection, Process, ProcessManager, StartsWith, type ProcessRejection } from '../../processes/index.js';
import { CommandBus } from '../command-bus.js';
import { aggregateToken, InjectAggregate } from '../decorators/inject-aggregate.decorator.js';
import { EventStoreModule } from '../event-store.module.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from '../runtime.js';
import { SubscriptionHost } from '../subscription-host.js';
import { Authorise } from './authorise.js';
import type { CommandContext, CommandMiddleware } from './command-middleware.js';

@Event('guest.arrived')
class GuestArrived {
  constructor(readonly room: number) {}
}

@Event('guest.welcomed')
class GuestWelcomed {}

@Aggregate('guest')
class Guest extends EventSourcedAggregate<{ welcomes: number }> {
  state = { welcomes: 0 };

  arrive(room: number): void {
    this.raise(new GuestArrived(room));
  }

  welcome(): void {
    this.raise(new GuestWelcomed());
  }

  @When(GuestArrived)
  protected arrived(): void {}

  @When(GuestWelcomed)
  protected welcomed(): void {
    this.state = { welcomes: this.state.welcomes + 1 };
  }
}

class CheckIn extends Command<void> {
  constructor(
    readonly guest: string,
    readonly room: number,
  ) {
    super();
  }
}

/** Sent by the saga, of room 13 in vain. */
class CleanRoom extends Command<void> {
  @Min(1)
  readonly room: number;

  constructor(room: number) {
    super();
    this.room = room;
  }
}

/** Sent by the process. */
@Authorise<Welcome>(({ room }, { actor }) => actor === 'process:stay' && room !== 13, 'Nobody is welcome there.')
class Welcome extends Command<void> {
  constructor(
    readonly guest: string,
    readonly room: number,
  ) {
    super();
  }
}

let cleaned: number[] = [];

@CommandHandler(CheckIn)
class CheckInHandler implements ICommandHandler<CheckIn> {
  constructor(@InjectAggregate(Guest) private readonly guests: AggregateStore<Guest>) {}

  async execute({ guest, room }: CheckIn): Promise<void> {
    await this.guests.create(guest, (one) => one.arrive(room));
  }
}

@CommandHandler(CleanRoom)
class CleanRoomHandler implements ICommandHandler<CleanRoom> {
  async execute({ room }: CleanRoom): Promise<void> {
    cleaned.push(room);
  }
}

@CommandHandler(Welcome)
class WelcomeHandler implements ICommandHandler<Welcome> {
  constructor(@InjectAggregate(Guest) private readonly guests: AggregateStore<Guest>) {}

  async execute({ guest }: Welcome): Promise<void> {
    await this.guests.update(guest, (one) => one.welcome());
  }
}

@Injectable()
class Housekeeping {
  @Saga()
  clean = (events$: Observable<object>) =>
    events$.pipe(
      ofType(GuestArrived),
      map(({ room }) => new CleanRoom(room)),
    );
}

@ProcessManager('stay')
class Stay extends Process<{ refused: string }> {
  state = { refused: '' };

  @StartsWith(GuestArrived)
  arrived({ room }: GuestArrived): void {
    this.send(new Welcome(this.id, room));
  }

  @OnRejection(Welcome)
  refused(_command: Welcome, { code, message }: ProcessRejection): void {
    this.state = { refused: `${code} ${message}` };
  }
}

class Closed extends DomainError {
  readonly code = 'closed';
}

/** What each test puts before the handlers. */
let act: (command: object, next: () => Promise<unknown>, context: CommandContext) => Promise<unknown>;

@Injectable()
class Acting implements CommandMiddleware {
  use<R>(command: Command<R>, context: CommandContext, next: () => Promise<R>): Promise<R> {
    return act(command, next, context) as Promise<R>;
  }
}

@Module({
  imports: [EventStoreModule.forFeature({ aggregates: [Guest], processes: [Stay], commandMiddleware: [Acting] })],
  providers: [CheckInHandler, CleanRoomHandler, WelcomeHandler, Housekeeping],
})
class HotelModule {}

let app: TestingModule;
let runtime: EventStoreRuntime;
let guests: AggregateStore<Guest>;
const checkIn = (guest: string, room: number) =>
  app.get(CommandBus).execute(new CheckIn(guest, room), { actor: 'customer:bob' });
const stateOf = async (guest: string) => {
  const { unitOfWork, processes } = runtime;
  const row = await unitOfWork.run(async () => (await processes.lock('stay', [guest], new Set())).get(guest));
  return row?.state;
};
const welcomes = async (guest: string) => (await guests.load(guest)).state.welcomes;

beforeEach(async () => {
  cleaned = [];
  act = (_command, next) => next();
  const testing = EventStoreModule.forTesting({ retry: { maxAttempts: 3, firstDelayMs: 1, maxDelayMs: 2 } });
  app = await Test.createTestingModule({ imports: [testing, HotelModule] })
    .setLogger({ log() {}, warn() {}, error() {} })
    .compile();
  await app.init();
  runtime = app.get(EVENT_STORE_RUNTIME);
  guests = app.get<AggregateStore<Guest>>(aggregateToken(Guest), { strict: false });
});
afterEach(() => app.close());

describe('what was asked of the command bus of @nestjs/cqrs', () => {
  it('#291: an interceptor measures what happens before and after a command, and keeps a history of all commands', async () => {
    const history: string[] = [];
    act = async (command, next) => {
      const { name } = command.constructor;
      history.push(`${name} begins`);
      try {
        return await next();
      } finally {
        history.push(`${name} ends`);
      }
    };
    await checkIn('ann', 7);
    expect(history).toEqual(['CheckIn begins', 'CheckIn ends']);
    await eventually(() => expect(history).toContain('Welcome ends'));
  });

  it('#1032: a class with a next function logs every command for an audit, those of sagas and processes too', async () => {
    const log: string[] = [];
    act = (command, next, { actor }) => {
      log.push(`${actor}: ${command.constructor.name}`);
      return next();
    };
    await checkIn('ann', 7);
    await eventually(() =>
      expect(log.toSorted()).toEqual([
        'customer:bob: CheckIn',
        'process:stay: Welcome',
        'saga:Housekeeping.clean: CleanRoom',
      ]),
    );
  });

  it('#1865: a middleware wraps commands in a transaction, and validation stands before it, whatever the command came from', async () => {
    const inside: [string, boolean][] = [];
    act = (command, next) =>
      runtime.unitOfWork.run(() => {
        inside.push([command.constructor.name, currentTransaction() !== undefined]);
        return next();
      });
    await checkIn('ann', -1);
    await eventually(async () => expect(await welcomes('ann')).toBe(1));
    await eventually(() => expect(dispatched()).toBe(2n));
    expect(inside).toEqual([
      ['CheckIn', true],
      ['Welcome', true],
    ]);
    expect(cleaned).toEqual([]);
  });
});

describe('a command of a saga or process', () => {
  it('that is not valid is refused for good: recorded with the command, never tried again, nothing waits behind it', async () => {
    const findings = new Map<string, unknown>();
    const record = runtime.store.recordCommand.bind(runtime.store);
    runtime.store.recordCommand = async (key, outcome) => {
      findings.set(key.type, await record(key, outcome));
      return record(key, outcome);
    };
    await checkIn('ann', -1);
    await checkIn('bob', 7);
    await eventually(() => expect(cleaned).toEqual([7]));
    await eventually(() =>
      expect(findings.get('CleanRoom')).toMatchObject({
        outcome: 'rejected',
        rejection: {
          code: 'ES-2004',
          kind: 'invalid',
          message: expect.stringContaining('room must not be less than 1') as string,
        },
      }),
    );
    expect(await runtime.parking.list()).toEqual([]);
  });

  it('that was refused stays so, also when it is dispatched again after the rule has changed', async () => {
    let open = false;
    let asked = 0;
    act = (command, next) => {
      if (!(command instanceof CleanRoom)) return next();
      asked += 1;
      return open ? next() : Promise.reject(new Closed('The room is closed.'));
    };
    const record = runtime.store.recordCommand.bind(runtime.store);
    runtime.store.recordCommand = async (key, outcome) => {
      await record(key, outcome);
      runtime.store.recordCommand = record;
      open = true;
      throw new Error('the connection was lost after the record was made'); // the dispatch comes again
    };
    await checkIn('ann', 7);
    await eventually(() => expect(dispatched()).toBe(2n));
    expect([asked, cleaned]).toEqual([1, []]);
  });

  it('that was refused is on record when its process hears of it, also when making the record has failed', async () => {
    const recorded: unknown[] = [];
    const record = runtime.store.recordCommand.bind(runtime.store);
    let failures = 1;
    runtime.store.recordCommand = async (key, outcome) => {
      if (key.type !== 'Welcome') return record(key, outcome);
      if (failures-- > 0) throw new Error('the connection was lost before the record was made');
      recorded.push(await record(key, outcome));
      return record(key, outcome);
    };
    await checkIn('ann', 13);
    await eventually(async () => expect(await stateOf('ann')).toEqual({ refused: 'ES-2005 Nobody is welcome there.' }));
    expect(recorded).toMatchObject([{ outcome: 'rejected', rejection: { code: 'ES-2005' } }]);
  });

  it('that may not be sent is told to its process, which acts on it', async () => {
    await checkIn('ann', 13);
    await eventually(async () => expect(await stateOf('ann')).toEqual({ refused: 'ES-2005 Nobody is welcome there.' }));
    expect([await welcomes('ann'), await runtime.parking.list()]).toEqual([0, []]);
  });

  it('is for its process to send, and for nobody else', async () => {
    await checkIn('ann', 7);
    await eventually(async () => expect(await welcomes('ann')).toBe(1));
    const asked = app.get(CommandBus).execute(new Welcome('ann', 7), { actor: 'customer:bob' });
    await expect(asked).rejects.toMatchObject({ code: 'ES-2005' });
  });

  it('is tried again when a middleware fails, with one effect; a rejection by a middleware is an answer', async () => {
    let failures = 2;
    act = (command, next) => {
      if (command instanceof Welcome && failures-- > 0) return Promise.reject(new Error('the directory is away'));
      if (command instanceof CleanRoom) return Promise.reject(new Closed('The room is closed.'));
      return next();
    };
    await checkIn('ann', 7);
    await eventually(async () => expect(await welcomes('ann')).toBe(1));
    await eventually(() => expect(dispatched()).toBe(2n));
    expect([failures, cleaned, await runtime.parking.list()]).toEqual([-1, [], []]);
  });
});

/** Up to which of the two commands that one guest leads to everything is done. */
function dispatched(): bigint | undefined {
  return app
    .get(SubscriptionHost)
    .statuses()
    .find(({ name }) => name === 'command-dispatch')?.position;
}
