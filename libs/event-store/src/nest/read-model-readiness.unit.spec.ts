// What readiness says while a new version of a read model is being built, and when it stops saying it.
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Event, type EventContext } from '../core/index.js';
import { On } from '../subscriptions/index.js';
import { Projection } from './decorators/projection.decorator.js';
import { EventStoreModule } from './event-store.module.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';
import { SubscriptionHost } from './subscription-host.js';

@Event('parcel.sent')
class ParcelSent {
  constructor(readonly to: string) {}
}

let gate: Promise<void>;
let failing: boolean;

@Projection('parcels', { version: 2 })
class Parcels {
  @On(ParcelSent)
  async sent({ to }: ParcelSent, _context: EventContext): Promise<void> {
    await gate;
    if (failing && to === 'nowhere') throw new Error('no such place');
  }
}

/** There are events, and a version that serves, before this build starts. */
@Injectable()
class Past implements OnModuleInit {
  constructor(@Inject(EVENT_STORE_RUNTIME) private readonly runtime: EventStoreRuntime) {}

  async onModuleInit(): Promise<void> {
    const { store, versions, ids } = this.runtime;
    await versions.begin({ name: 'parcels', version: 1 });
    await versions.serve({ name: 'parcels', version: 1 }, 0n);
    for (const [index, to] of ['home', 'nowhere', 'home', 'home'].entries()) {
      const event = {
        id: ids.next(),
        type: 'parcel.sent',
        schemaVersion: 1,
        data: { to },
        metadata: { correlationId: 'c' },
      };
      await store.append({ stream: `parcel-${index}`, expected: 'no-stream', events: [event] });
    }
  }
}

beforeAll(() => Logger.overrideLogger(false));

describe('a service with a new version of a read model', () => {
  let module: TestingModule;
  let host: SubscriptionHost;
  let open: () => void;

  beforeEach(async () => {
    gate = new Promise((resolve) => (open = resolve));
    failing = false;
    module = await Test.createTestingModule({
      imports: [
        EventStoreModule.forTesting({ retry: { maxAttempts: 1 } }),
        EventStoreModule.forFeature({ events: [ParcelSent], projections: [Parcels] }),
      ],
      providers: [Past],
    }).compile();
    host = module.get(SubscriptionHost);
  });
  afterEach(async () => {
    open();
    await module.close();
  });

  const says = async (expected: readonly unknown[]) =>
    vi.waitFor(async () => expect(await host.unreadyReadModels()).toEqual(expected), { timeout: 10_000, interval: 20 });

  it('is not ready while it is being built, and is from the moment that it serves', async () => {
    expect(await host.unreadyReadModels()).toEqual(['the subscriptions are starting']);
    await module.init();
    expect(await host.unreadyReadModels()).toEqual(['read model parcels@v2 is being built, 0 %']);
    const { versions } = module.get<EventStoreRuntime>(EVENT_STORE_RUNTIME);
    const serving = async () =>
      (await versions.list()).flatMap(({ state, version }) => (state === 'serving' ? [version] : []));
    expect(await serving()).toEqual([1]);
    open();
    await says([]);
    expect(await serving()).toEqual([2]);
  });

  it('says so also while a writer keeps the end of the log open, and asks for that end once, however often it is asked itself', async () => {
    await module.init();
    const { logs } = module.get<EventStoreRuntime>(EVENT_STORE_RUNTIME);
    const built = 'read model parcels@v2 is being built';
    let settle = (): void => undefined;
    const settled = new Promise<void>((resolve) => (settle = resolve));
    const whole = logs.events.head.bind(logs.events);
    const head = vi.spyOn(logs.events, 'head').mockImplementation(() => settled.then(whole));
    expect(await host.unreadyReadModels()).toEqual([built]);
    expect(await host.unreadyReadModels()).toEqual([built]);
    expect(head).toHaveBeenCalledTimes(1);
    settle();
    await settled;
    await vi.waitFor(async () => expect(await host.unreadyReadModels()).toEqual([`${built}, 0 %`]));
    expect(await host.unreadyReadModels()).toEqual([`${built}, 0 %`]);
    expect(head.mock.calls.length).toBeGreaterThan(1);
  });

  it('stays ready, however far it falls behind', async () => {
    open();
    await module.init();
    await says([]);
    gate = new Promise((resolve) => (open = resolve));
    const { store, ids } = module.get<EventStoreRuntime>(EVENT_STORE_RUNTIME);
    const event = {
      id: ids.next(),
      type: 'parcel.sent',
      schemaVersion: 1,
      data: { to: 'x' },
      metadata: { correlationId: 'c' },
    };
    await store.append({ stream: 'parcel-9', expected: 'no-stream', events: [event] });
    expect(await host.unreadyReadModels()).toEqual([]);
  });

  it('is not ready while records of it could not be handled, and says how many', async () => {
    failing = true;
    open();
    await module.init();
    await says(['read model parcels@v2 is being built, but 1 of its records could not be handled']);
    failing = false;
    const { parking } = module.get<EventStoreRuntime>(EVENT_STORE_RUNTIME);
    await parking.replay({ name: 'parcels@v2', log: 'events' }, 2n);
    await says([]);
    expect(await parking.list()).toEqual([]);
  });
});
