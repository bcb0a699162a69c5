import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../test/support/eventually.js';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import {
  Aggregate,
  AggregateStore,
  Event,
  EventRegistry,
  EventSourcedAggregate,
  every,
  systemClock,
  systemIds,
  When,
  type ReadStreamOptions,
  type ReplayedEvent,
} from '../../core/index.js';
import { PostgresEventStore } from './postgres-event-store.js';
import { PostgresSnapshotStore } from '../stores/snapshot-store.js';

const LENGTH = 100_000;
const METER = systemIds.next();
const STREAM = `meter-${METER}`;

@Event('meter.read')
class MeterRead {
  constructor(readonly units: number) {}
}

@Aggregate('meter', { snapshot: every(1_000) })
class Meter extends EventSourcedAggregate<{ readonly readings: number; readonly units: number }> {
  state = { readings: 0, units: 0 };

  read(units: number): void {
    this.raise(new MeterRead(units));
  }

  @When(MeterRead)
  protected wasRead({ units }: MeterRead): void {
    this.state = { readings: this.state.readings + 1, units: this.state.units + units };
  }
}

/** How many events came in each portion of a replay. */
class CountingEventStore extends PostgresEventStore {
  portions: number[] = [];

  override async *replay(stream: string, options?: ReadStreamOptions): AsyncIterable<readonly ReplayedEvent[]> {
    for await (const events of super.replay(stream, options)) {
      this.portions.push(events.length);
      yield events;
    }
  }

  /** Since it was last asked. */
  counted(): { readonly events: number; readonly most: number } {
    const portions = this.portions.splice(0);
    return { events: portions.reduce((sum, count) => sum + count, 0), most: Math.max(0, ...portions) };
  }
}

describe(`a stream of ${LENGTH} events`, { timeout: 60_000 }, () => {
  let test: TestStore;
  let events: CountingEventStore;
  let snapshots: PostgresSnapshotStore;
  let meters: AggregateStore<Meter>;
  beforeAll(async () => {
    test = await openTestStore();
    events = new CountingEventStore({ database: test.database });
    snapshots = new PostgresSnapshotStore(test.database);
    const registry = new EventRegistry().register(MeterRead);
    meters = new AggregateStore(Meter, { events, snapshots, registry, clock: systemClock, ids: systemIds });
    await test.dataSource.query(
      `INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
       SELECT gen_random_uuid(), $1, v, 'meter.read', 1, jsonb_build_object('units', v), '{"correlationId": "c"}'
         FROM generate_series(1, $2::int) v`,
      [STREAM, LENGTH - 1],
    );
  }, 60_000);
  afterAll(() => test.close());

  const sumTo = (version: number): number => (version * (version + 1)) / 2;

  it('is loaded in portions without a snapshot, and once it has one by what came after that', async () => {
    const whole = await meters.load(METER);
    expect([whole.version, whole.state]).toEqual([LENGTH - 1, { readings: LENGTH - 1, units: sumTo(LENGTH - 1) }]);
    const { events: replayed, most } = events.counted();
    expect([replayed, most < LENGTH / 10]).toEqual([LENGTH - 1, true]);
    await meters.update(METER, (meter) => meter.read(LENGTH));
    await eventually(async () => expect(await snapshots.load(STREAM)).toMatchObject({ version: LENGTH }));
    await meters.update(METER, (meter) => meter.read(LENGTH + 1));
    events.counted();
    const { version, state } = await meters.load(METER);
    expect([version, state]).toEqual([LENGTH + 1, { readings: LENGTH + 1, units: sumTo(LENGTH + 1) }]);
    expect(events.counted().events).toBe(2); // that of the snapshot, which proves it, and the one after it
  });

  it('is read as of a version in its middle, and in pages from both ends', async () => {
    expect((await meters.loadAt(METER, LENGTH / 2)).state).toEqual({ readings: LENGTH / 2, units: sumTo(LENGTH / 2) });
    expect(events.counted().events).toBe(LENGTH / 2);
    for (const fromVersion of [1, LENGTH - 100]) {
      const page = await events.readStream(STREAM, { fromVersion, toVersion: fromVersion + 99 });
      expect(page.map((event) => event.version)).toEqual(
        Array.from({ length: 100 }, (_, index) => fromVersion + index),
      );
    }
  });
});
