import { Injectable, Module } from '@nestjs/common';
import { Command, CommandHandler, ofType, Saga, type ICommandHandler } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { map, type Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { Aggregate, DomainError, Event, EventSourcedAggregate, When, type AggregateStore } from '../core/index.js';
import { OnRejection, Process, ProcessManager, StartsWith, type ProcessRejection } from '../processes/index.js';
import { aggregateToken, InjectAggregate } from './decorators/inject-aggregate.decorator.js';
import { EventStoreModule } from './event-store.module.js';
import type { CommandMiddleware } from './pipeline/command-middleware.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';
import { SubscriptionHost } from './subscription-host.js';

@Event('room.opened')
class RoomOpened {}

@Event('room.taken')
class RoomTaken {}

class Full extends DomainError {
  readonly code = 'full';
}

@Aggregate('room')
class Room extends EventSourcedAggregate<{ taken: number }> {
  state = { taken: 0 };

  open(): void {
    this.raise(new RoomOpened());
  }

  take(): void {
    if (this.state.taken > 0) throw new Full(`Room ${this.id} is taken.`);
    this.raise(new RoomTaken());
  }

  @When(RoomOpened)
  protected opened(): void {}

  @When(RoomTaken)
  protected took(): void {
    this.state = { taken: this.state.taken + 1 };
  }
}

@Event('group.arrived')
class GroupArrived {
  constructor(readonly rooms: readonly string[]) {}
}

@Aggregate('group')
class Group extends EventSourcedAggregate<object> {
  state = {};

  arrive(rooms: readonly string[]): void {
    this.raise(new GroupArrived(rooms));
  }

  @When(GroupArrived)
  protected arrived(): void {}
}

class TakeRooms extends Command<void> {
  constructor(readonly rooms: string[]) {
    super();
  }
}

class LeaveRooms extends Command<void> {
  constructor(readonly rooms: readonly string[]) {
    super();
  }
}

/** Sent by the saga. */
class HeatRooms extends TakeRooms {}

/** What each test puts before the handler, or into it. */
let step: (next: () => Promise<unknown>, command: TakeRooms) => Promise<unknown>;
let look: (moment: 'before' | 'after') => void;

@CommandHandler(TakeRooms)
class TakeRoomsHandler implements ICommandHandler<TakeRooms> {
  constructor(@InjectAggregate(Room) private readonly rooms: AggregateStore<Room>) {}

  async execute({ rooms }: TakeRooms): Promise<void> {
    look('before');
    for (const room of rooms) await this.rooms.update(room, (one) => one.take());
    look('after');
  }
}

@CommandHandler(HeatRooms)
class HeatRoomsHandler extends TakeRoomsHandler {}

@CommandHandler(LeaveRooms)
class LeaveRoomsHandler implements ICommandHandler<LeaveRooms> {
  async execute(): Promise<void> {}
}

/** For a cold room the saga sends, for others the process. */
@ProcessManager('stay')
class Stay extends Process<{ refused: string }> {
  state = { refused: '' };

  @StartsWith(GroupArrived)
  arrived({ rooms }: GroupArrived): void {
    if (!rooms.includes('cold')) this.send(new TakeRooms([...rooms]), { undo: new LeaveRooms(rooms) });
  }

  @OnRejection(TakeRooms)
  refused(_command: TakeRooms, { message }: ProcessRejection): void {
    this.state = { refused: message };
  }
}

@Injectable()
class Heating {
  @Saga()
  heat = (events$: Observable<object>) =>
    events$.pipe(
      ofType(GroupArrived),
      map(({ rooms }) => (rooms.includes('cold') ? new HeatRooms([...rooms]) : new LeaveRooms([]))),
    );
}

@Injectable()
class Step implements CommandMiddleware {
  use<R>(command: Command<R>, _context: unknown, next: () => Promise<R>): Promise<R> {
    return command instanceof TakeRooms ? (step(next, command) as Promise<R>) : next();
  }
}

@Module({
  imports: [EventStoreModule.forFeature({ aggregates: [Room, Group], processes: [Stay], commandMiddleware: [Step] })],
  providers: [TakeRoomsHandler, HeatRoomsHandler, LeaveRoomsHandler, Heating],
})
class HotelModule {}

let app: TestingModule;
let runtime: EventStoreRuntime;
let rooms: AggregateStore<Room>;
let warnings: string[];

const arrive = async (group: string, ...wanted: string[]) => {
  await app.get<AggregateStore<Group>>(aggregateToken(Group), { strict: false }).create(group, (g) => g.arrive(wanted));
  // What the saga has sent, and the process.
  await eventually(() => {
    const dispatch = app.get(SubscriptionHost).statuses();
    expect(dispatch.find(({ name }) => name === 'command-dispatch')?.position).toBe(wanted.includes('cold') ? 1n : 2n);
  });
};
const stayOf = (group: string) =>
  runtime.unitOfWork.run(async () => (await runtime.processes.lock('stay', [group], new Set())).get(group));
const taken = async (room: string) => (await rooms.load(room)).state.taken;
/** The first time around the effect is there, and the dispatch ends before its checkpoint is saved. */
const crashOnce = (later: () => void) => {
  let crashes = 1;
  return async (next: () => Promise<unknown>) => {
    if (crashes > 0) {
      await next().finally(later);
      crashes -= 1;
      throw new Error('the connection is lost after the effect');
    }
    return next();
  };
};

beforeEach(async () => {
  step = (next) => next();
  look = () => undefined;
  warnings = [];
  const testing = EventStoreModule.forTesting({ retry: { maxAttempts: 3, firstDelayMs: 1, maxDelayMs: 2 } });
  app = await Test.createTestingModule({ imports: [testing, HotelModule] })
    .setLogger({ log() {}, warn: (line: unknown) => warnings.push(JSON.stringify(line)), error() {} })
    .compile();
  await app.init();
  runtime = app.get(EVENT_STORE_RUNTIME);
  rooms = app.get<AggregateStore<Room>>(aggregateToken(Room), { strict: false });
  for (const room of ['1', '2', 'cold']) await rooms.create(room, (one) => one.open());
});
afterEach(() => app.close());

describe('a command that is dispatched again after it took effect', () => {
  it('counts as done when a rule has changed its mind: its process hears of no rejection and keeps the undo', async () => {
    let isOpen = true;
    const crashing = crashOnce(() => (isOpen = false));
    step = (next) => (isOpen ? crashing(next) : Promise.reject(new Full('The house is closed.')));
    await arrive('ann', '1');
    expect(await taken('1')).toBe(1);
    expect(await stayOf('ann')).toMatchObject({ state: { refused: '' }, undo: [{ type: 'LeaveRooms' }] });
    expect(warnings.join('\n')).toContain(
      'TakeRooms took effect before, and would be rejected now: it counts as done.',
    );
    expect(await runtime.parking.list()).toEqual([]);
  });

  it('counts as done when its handler says no before it comes to what was decided', async () => {
    let isOpen = true;
    step = crashOnce(() => (isOpen = false));
    look = (moment) => {
      if (moment === 'before' && !isOpen) throw new Full('The house is closed.');
    };
    await arrive('ann', '1');
    expect(await stayOf('ann')).toMatchObject({ state: { refused: '' }, undo: [{ type: 'LeaveRooms' }] });
  });

  it('is not recorded as rejected where a saga has sent it', async () => {
    let isOpen = true;
    const crashing = crashOnce(() => (isOpen = false));
    step = (next) => (isOpen ? crashing(next) : Promise.reject(new Full('The house is closed.')));
    await arrive('ann', 'cold');
    const [event] = await rooms.history('cold').then((events) => events.slice(-1));
    const decisions = await runtime.store.decisionsOf(event!.metadata.commandId!);
    expect(decisions).toEqual([{ stream: 'room-cold', step: 0, outcome: 'accepted' }]);
  });
});

describe('a command that took effect on one aggregate and was rejected by another', () => {
  beforeEach(() => rooms.update('2', (room) => room.take()));

  it('is rejected, and its process hears so', async () => {
    await arrive('ann', '1', '2');
    await eventually(async () => expect((await stayOf('ann'))?.state).toEqual({ refused: 'Room 2 is taken.' }));
    expect(await taken('1')).toBe(1);
  });

  it('is rejected, too, when it is dispatched again before its process has heard', async () => {
    step = crashOnce(() => undefined);
    const recorded = runtime.processes.signal.bind(runtime.processes);
    let outages = 1;
    runtime.processes.signal = (signal) =>
      (outages -= 1) >= 0 ? Promise.reject(new Error('no connection')) : recorded(signal);
    await arrive('ann', '1', '2');
    await eventually(async () => expect((await stayOf('ann'))?.state).toEqual({ refused: 'Room 2 is taken.' }));
  });

  it('is rejected, too, when its handler now sees what it has done itself, and says no before it comes as far', async () => {
    let isAgain = false;
    look = (moment) => {
      if (moment === 'before' && isAgain) throw new Full('Room 1 is taken.');
    };
    const recorded = runtime.processes.signal.bind(runtime.processes);
    runtime.processes.signal = (signal) => {
      if (isAgain) return recorded(signal);
      isAgain = true;
      return Promise.reject(new Error('no connection'));
    };
    await arrive('ann', '1', '2');
    await eventually(async () => expect((await stayOf('ann'))?.state).toEqual({ refused: 'Room 1 is taken.' }));
  });
});

it('a handler that decides and then says no by itself has rejected its command, dispatched again or not', async () => {
  let outages = 1;
  look = (moment) => {
    if (moment !== 'after') return;
    if ((outages -= 1) >= 0) throw new Error('no connection');
    throw new Full('There are no keys.');
  };
  await arrive('ann', '1');
  await eventually(async () => expect((await stayOf('ann'))?.state).toEqual({ refused: 'There are no keys.' }));
});

it('a rejected command is known by what was stored, whatever a middleware has made of its fields', async () => {
  step = (_next, { rooms: wanted }) => {
    wanted.push('2');
    return Promise.reject(new Full('The house is closed.'));
  };
  const record = runtime.store.recordCommand.bind(runtime.store);
  let outages = 1;
  runtime.store.recordCommand = async (key, outcome) => {
    const recorded = await record(key, outcome);
    if ((outages -= 1) >= 0) throw new Error('the connection is lost after it was recorded');
    return recorded;
  };
  await arrive('ann', 'cold');
  expect(await runtime.parking.list()).toEqual([]);
});
