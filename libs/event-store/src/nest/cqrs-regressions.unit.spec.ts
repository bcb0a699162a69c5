// What is reported against the in-memory buses of @nestjs/cqrs must not happen here. One test per issue, named by its number.
import { Injectable, Module } from '@nestjs/common';
import {
  Command,
  CommandHandler,
  CqrsModule,
  EventsHandler,
  ofType,
  Saga,
  type ICommandHandler,
  type IEventHandler,
} from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { map, type Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { Aggregate, Event, EventSourcedAggregate, When, type AggregateStore } from '../core/index.js';
import { CommandBus } from './command-bus.js';
import { DurableHandler } from './decorators/stable-name.decorators.js';
import { InjectAggregate } from './decorators/inject-aggregate.decorator.js';
import { EventStoreModule } from './event-store.module.js';
import type { RetryPolicy } from '../subscriptions/index.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';

@Event('lamp.lit')
class LampLit {
  constructor(readonly room: string) {}
}

@Aggregate('lamp')
class Lamp extends EventSourcedAggregate<{ lit: number }> {
  state = { lit: 0 };

  light(room: string): void {
    this.raise(new LampLit(room));
  }

  @When(LampLit)
  protected lit(): void {
    this.state = { lit: this.state.lit + 1 };
  }
}

class LightLamp extends Command<void> {
  constructor(readonly room: string) {
    super();
  }
}

class RingBell extends Command<void> {
  constructor(readonly room: string) {
    super();
  }
}

/** The failures below are planned: their log lines would only hide others. */
const quiet = { log() {}, warn() {}, error() {} };

/** What happened, and which rooms fail where. Fresh for every test. */
const seen = { failed: [] as string[], handled: [] as string[], observed: [] as string[], rung: [] as string[] };
const faults = {
  handler: new Set<string>(),
  saga: new Set<string>(),
  command: new Set<string>(),
  inHandler: new Set<string>(),
};

@CommandHandler(LightLamp)
class LightLampHandler implements ICommandHandler<LightLamp> {
  constructor(@InjectAggregate(Lamp) private readonly lamps: AggregateStore<Lamp>) {}

  async execute({ room }: LightLamp): Promise<void> {
    if (await this.lamps.exists(room)) await this.lamps.update(room, (lamp) => lamp.light(room));
    else await this.lamps.create(room, (lamp) => lamp.light(room));
  }
}

@CommandHandler(RingBell)
class RingBellHandler implements ICommandHandler<RingBell> {
  execute({ room }: RingBell): Promise<void> {
    if (faults.command.has(room)) return Promise.reject(new Error(`bell of ${room} is broken`));
    seen.rung.push(room);
    return Promise.resolve();
  }
}

@EventsHandler(LampLit)
class Watcher implements IEventHandler<LampLit> {
  constructor(private readonly commands: CommandBus) {}

  async handle({ room }: LampLit): Promise<void> {
    if (faults.handler.has(room)) {
      seen.failed.push(room);
      throw new Error(`cannot watch ${room}`);
    }
    if (faults.inHandler.has(room)) await this.commands.execute(new RingBell(room));
    seen.handled.push(room);
  }
}

@EventsHandler(LampLit)
class Observer implements IEventHandler<LampLit> {
  handle({ room }: LampLit): void {
    seen.observed.push(room);
  }
}

@Injectable()
class BellSaga {
  @Saga()
  ring = (events$: Observable<object>) =>
    events$.pipe(
      ofType(LampLit),
      map(({ room }) => {
        if (faults.saga.has(room)) throw new Error(`saga cannot take ${room}`);
        return new RingBell(room);
      }),
    );
}

@Module({
  imports: [EventStoreModule.forFeature({ aggregates: [Lamp] })],
  providers: [LightLampHandler, RingBellHandler, Watcher, Observer, BellSaga],
})
class HouseModule {}

describe('reports against the in-memory buses of @nestjs/cqrs', () => {
  let app: TestingModule;
  let runtime: EventStoreRuntime;
  const light = (room: string) => app.get(CommandBus).execute(new LightLamp(room));
  const parked = async (name: string) =>
    (await runtime.parking.list({ name })).map(({ key, status }) => ({ key, status }));

  beforeEach(async () => {
    for (const list of Object.values(seen)) list.length = 0;
    for (const fault of Object.values(faults)) fault.clear();
    await start({ maxAttempts: 2, firstDelayMs: 1, maxDelayMs: 2 });
  });

  const start = async (retry: Partial<RetryPolicy>) => {
    const testing = EventStoreModule.forTesting({ retry });
    app = await Test.createTestingModule({ imports: [testing, HouseModule] })
      .setLogger(quiet)
      .compile();
    await app.init();
    runtime = app.get(EVENT_STORE_RUNTIME);
  };

  afterEach(async () => {
    await app.close();
  });

  it('#409: an exception in an event handler is retried and parked, other handlers and later events go on, the process stays up', async () => {
    faults.handler.add('attic');
    await light('attic');
    await light('cellar');
    await eventually(() => expect(seen.handled).toEqual(['cellar']));
    await eventually(() => expect(seen.observed).toEqual(['attic', 'cellar']));
    await eventually(async () => expect(await parked('Watcher')).toEqual([{ key: 'lamp-attic', status: 'parked' }]));
  });

  it('#1431: a handler that failed once is called for the next event of the same key, after the failed one has gone through', async () => {
    await app.close();
    await start({ maxAttempts: 1_000, firstDelayMs: 1, maxDelayMs: 2 });
    faults.handler.add('attic');
    await light('attic');
    await eventually(() => expect(seen.failed).toContain('attic'));
    faults.handler.delete('attic');
    await light('attic');
    await eventually(() => expect(seen.handled).toEqual(['attic', 'attic']));
  });

  it('#1838: an error thrown directly in a saga is retried and parked; the same saga takes the next event', async () => {
    faults.saga.add('attic');
    await light('attic');
    await light('cellar');
    await eventually(() => expect(seen.rung).toEqual(['cellar']));
    await eventually(async () =>
      expect(await parked('BellSaga.ring')).toEqual([{ key: 'lamp-attic', status: 'parked' }]),
    );
    expect(seen.observed).toContain('attic');
  });

  it('#1401: a saga goes on after any number of exceptions', async () => {
    for (const room of ['a', 'b', 'c']) faults.saga.add(room);
    for (const room of ['a', 'b', 'c', 'd', 'e']) await light(room);
    await eventually(() => expect(seen.rung).toEqual(['d', 'e']));
    await eventually(async () => expect(await parked('BellSaga.ring')).toHaveLength(3));
  });

  it('#1428: a command handler that throws when a saga called it answers the next command; the failed one is parked', async () => {
    faults.command.add('attic');
    await light('attic');
    await light('cellar');
    await eventually(() => expect(seen.rung).toEqual(['cellar']));
    await eventually(async () =>
      expect(await parked('command-dispatch')).toEqual([{ key: 'BellSaga.ring/lamp-attic', status: 'parked' }]),
    );
  });

  it('#1485: an event handler whose command throws is retried and parked; the application goes on', async () => {
    faults.inHandler.add('attic');
    faults.command.add('attic');
    await light('attic');
    await light('cellar');
    await eventually(() => expect(seen.handled).toEqual(['cellar']));
    await eventually(async () => expect(await parked('Watcher')).toEqual([{ key: 'lamp-attic', status: 'parked' }]));
  });

  it('a parked event goes through once its cause is mended and it is replayed', async () => {
    faults.handler.add('attic');
    await light('attic');
    await eventually(async () => expect(await parked('Watcher')).toEqual([{ key: 'lamp-attic', status: 'parked' }]));
    faults.handler.clear();
    const [message] = await runtime.parking.list({ name: 'Watcher' });
    await runtime.parking.replay({ name: 'Watcher', log: 'events' }, message!.position);
    await eventually(() => expect(seen.handled).toEqual(['attic']));
    expect(await parked('Watcher')).toEqual([]);
  });
});

describe('boot', () => {
  const boot = async (module: unknown) => {
    const app = await Test.createTestingModule({ imports: [EventStoreModule.forTesting(), module as never] }).compile();
    await app.init();
    await app.close();
  };

  it('refuses a plain CqrsModule in a context', async () => {
    @Module({ imports: [CqrsModule, HouseModule] })
    class WithPlainBus {}
    await expect(boot(WithPlainBus)).rejects.toThrow(/imports CqrsModule/);
  });

  it('refuses two handlers for one command', async () => {
    @CommandHandler(LightLamp)
    class SecondHandler {
      execute(): Promise<void> {
        return Promise.resolve();
      }
    }
    @Module({ imports: [HouseModule], providers: [SecondHandler] })
    class WithTwoHandlers {}
    await expect(boot(WithTwoHandlers)).rejects.toThrow(/LightLamp has two handlers/);
  });

  it('refuses a handler for an event nobody registered', async () => {
    @Event('lamp.lost')
    class LampLost {}
    @EventsHandler(LampLost)
    class LostHandler {
      handle(): void {}
    }
    @Module({ imports: [HouseModule], providers: [LostHandler] })
    class WithUnknownEvent {}
    await expect(boot(WithUnknownEvent)).rejects.toThrow(/LampLost is not a registered event/);
  });

  it('refuses two subscriptions of one name', async () => {
    class First {
      handle(): void {}
    }
    class Second {
      handle(): void {}
    }
    for (const handler of [First, Second]) {
      EventsHandler(LampLit)(handler);
      DurableHandler('the-same-name')(handler);
    }
    @Module({ imports: [HouseModule], providers: [First, Second] })
    class WithOneNameTwice {}
    await expect(boot(WithOneNameTwice)).rejects.toThrow(/Two subscriptions are called the-same-name/);
  });

  it('refuses a checkpoint that nobody owns any more', async () => {
    const app = await Test.createTestingModule({ imports: [EventStoreModule.forTesting(), HouseModule] }).compile();
    const { checkpoints, logs } = app.get<EventStoreRuntime>(EVENT_STORE_RUNTIME);
    const beginning = () => logs.events.beginning();
    const lease = await checkpoints.acquire(
      { name: 'RenamedHandler', log: 'events' },
      'an older build',
      1_000,
      beginning,
    );
    await checkpoints.release(lease!);
    await expect(app.init()).rejects.toThrow(/Checkpoint RenamedHandler .* belongs to no handler/);
    await app.close();
  });
});
