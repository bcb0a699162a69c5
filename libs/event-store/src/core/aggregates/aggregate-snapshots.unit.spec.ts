// Snapshots change how fast an aggregate is loaded, and nothing else: what they say is checked, and they may vanish at any time.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createMemoryStore } from '../../memory/index.js';
import { Aggregate, type AggregateOptions, When } from './aggregate.decorators.js';
import { EventSourcedAggregate } from './aggregate.js';
import { AggregateStore, type AggregateStoreOptions } from './aggregate-store.js';
import { contentHash } from '../events/content-hash.js';
import { Event } from '../events/event.decorator.js';
import { allOf, anyOf, every, everySize, olderThan } from './snapshot-policies.js';
import type { Snapshot, SnapshotFacts } from './snapshot.js';

@Event('counter.raised')
class Raised {
  constructor(readonly by: number) {}
}

/** A class of its own for each test: `applied` counts the events that were replayed. */
function counterClass(options: AggregateOptions, change: (sum: number, by: number) => unknown = (sum, by) => sum + by) {
  @Aggregate('counter', options)
  class Counter extends EventSourcedAggregate<{ sum: unknown }> {
    static applied = 0;
    state: { sum: unknown } = { sum: 0 };

    raiseBy(...amounts: number[]): void {
      for (const by of amounts) this.raise(new Raised(by));
    }

    @When(Raised)
    protected raised({ by }: Raised): void {
      Counter.applied += 1;
      this.state = { sum: change(this.state.sum as number, by) };
    }
  }
  return Counter;
}

type CounterClass = ReturnType<typeof counterClass>;

function doublingCounterClass(): CounterClass {
  @Aggregate('counter', { snapshot: every(3) })
  class Counter extends counterClass({}) {
    static override applied = 0;

    @When(Raised)
    protected override raised({ by }: Raised): void {
      Counter.applied += 1;
      this.state = { sum: (this.state.sum as number) + 2 * by };
    }
  }
  return Counter;
}

describe('snapshots of an aggregate', () => {
  const memory = createMemoryStore();
  memory.registry.register(Raised);
  const { events, registry, clock, ids, snapshots, unitOfWork } = memory;
  const storeOf = (counter: CounterClass, over: Partial<AggregateStoreOptions> = {}) =>
    new AggregateStore(counter, { events, registry, clock, ids, snapshots, ...over });
  const saved = (id: string) => vi.waitFor(async () => expect(await snapshots.load(`counter-${id}`)).toBeDefined());
  const loadedWith = async (counter: CounterClass, id: string, over: Partial<AggregateStoreOptions> = {}) => {
    counter.applied = 0;
    const { state, version } = await storeOf(counter, over).load(id);
    return { sum: state.sum, version, applied: counter.applied };
  };
  /** Five events; a snapshot at version 3, by `every(3)`. */
  const prepared = async (counter: CounterClass): Promise<string> => {
    const id = ids.next();
    await storeOf(counter).create(id, (counted) => counted.raiseBy(1, 2, 3));
    await saved(id);
    await storeOf(counter).update(id, (counted) => counted.raiseBy(4, 5));
    return id;
  };
  const change = async (id: string, over: (snapshot: Snapshot) => Partial<Snapshot>) => {
    const snapshot = (await snapshots.load(`counter-${id}`))!;
    await snapshots.save({ ...snapshot, ...over(snapshot) });
  };

  it('spare the events before them', async () => {
    const counter = counterClass({ snapshot: every(3) });
    const id = await prepared(counter);
    expect(await loadedWith(counter, id)).toEqual({ sum: 15, version: 5, applied: 2 });
  });

  it('are none without a policy, and none without a store for them', async () => {
    const plain = counterClass({});
    const id = ids.next();
    await storeOf(plain).create(id, (counted) => counted.raiseBy(1, 2, 3));
    const without = counterClass({ snapshot: every(1) });
    await storeOf(without, { snapshots: undefined }).update(id, (counted) => counted.raiseBy(4));
    expect(await snapshots.load(`counter-${id}`)).toBeUndefined();
    expect(await loadedWith(without, id, { snapshots: undefined })).toEqual({ sum: 10, version: 4, applied: 4 });
  });

  it('are taken again so many events later', async () => {
    const counter = counterClass({ snapshot: every(3) });
    const id = await prepared(counter);
    await storeOf(counter).update(id, (counted) => counted.raiseBy(6));
    await vi.waitFor(async () => expect(await snapshots.load(`counter-${id}`)).toMatchObject({ version: 6 }));
    expect(await loadedWith(counter, id)).toEqual({ sum: 21, version: 6, applied: 0 });
  });

  it.each<[string, CounterClass]>([
    ['another @When', doublingCounterClass()],
    ['another revision by hand', counterClass({ snapshot: every(3), revision: 2 })],
  ])('of %s are ignored, and replaced', async (_, changed) => {
    const id = await prepared(counterClass({ snapshot: every(3) }));
    const { revision } = (await snapshots.load(`counter-${id}`))!;
    expect(await loadedWith(changed, id)).toMatchObject({ version: 5, applied: 5 });
    await storeOf(changed).update(id, (counted) => counted.raiseBy(6));
    await vi.waitFor(async () => expect(await snapshots.load(`counter-${id}`)).toMatchObject({ version: 6 }));
    expect((await snapshots.load(`counter-${id}`))!.revision).not.toBe(revision);
  });

  it('that were changed by somebody are ignored', async () => {
    const counter = counterClass({ snapshot: every(3) });
    const id = await prepared(counter);
    await change(id, () => ({ state: { sum: 1_000 } }));
    expect(await loadedWith(counter, id)).toEqual({ sum: 15, version: 5, applied: 5 });
  });

  it('of a version that the stream does not have are ignored', async () => {
    const counter = counterClass({ snapshot: every(3) });
    const id = await prepared(counter);
    await change(id, ({ state }) => ({ version: 99, stateHash: contentHash(state) }));
    expect(await loadedWith(counter, id)).toEqual({ sum: 15, version: 5, applied: 5 });
    await vi.waitFor(async () => expect(await snapshots.load(`counter-${id}`)).toBeUndefined()); // room for the next one
  });

  it('are ignored by a load of an earlier version or of a time, and used by a later one', async () => {
    const counter = counterClass({ snapshot: every(3) });
    const id = await prepared(counter);
    for (const [at, sum, applied] of [
      [2, 3, 2],
      [3, 6, 0],
      [4, 10, 1],
      [new Date(clock.now().getTime() + 60_000), 15, 5],
    ] as const) {
      counter.applied = 0;
      expect((await storeOf(counter).loadAt(id, at)).state).toEqual({ sum });
      expect(counter.applied).toBe(applied);
    }
    await expect(storeOf(counter).loadAt(id, 6)).rejects.toThrow('There is no counter');
  });

  it('are never needed: where they cannot be read or written everything goes on', async () => {
    const counter = counterClass({ snapshot: every(1) });
    const away = () => Promise.reject(new Error('away'));
    const warn = vi.fn<(message: string, error?: unknown) => void>();
    const over = { snapshots: { load: away, save: away, drop: away, dropOf: away }, warn };
    const id = ids.next();
    await storeOf(counter, over).create(id, (counted) => counted.raiseBy(1));
    await storeOf(counter, over).update(id, (counted) => counted.raiseBy(2));
    expect(await loadedWith(counter, id, over)).toEqual({ sum: 3, version: 2, applied: 2 });
    await vi.waitFor(() =>
      expect(warn).toHaveBeenCalledWith(`No snapshot of counter-${id} was taken.`, new Error('away')),
    );
  });

  it('are not taken of a state that JSON would change, which is said once', async () => {
    const counter = counterClass({ snapshot: every(1) }, () => new Map([['a', 1]]));
    const warn = vi.fn<(message: string, error?: unknown) => void>();
    const id = ids.next();
    const store = storeOf(counter, { warn });
    await store.create(id, (counted) => counted.raiseBy(1));
    await store.update(id, (counted) => counted.raiseBy(1));
    await vi.waitFor(() => expect(warn).toHaveBeenCalled());
    await sleep(5);
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      'No snapshots of Counter are taken: its state is not plain JSON data, and would come back as something else.',
    ]);
    expect(await snapshots.load(`counter-${id}`)).toBeUndefined();
  });

  it('are left out, which is said, where the policy throws: the append is stored all the same', async () => {
    const failing = () => {
      throw new Error('bug');
    };
    const counter = counterClass({ snapshot: failing });
    const warn = vi.fn<(message: string, error?: unknown) => void>();
    const id = ids.next();
    expect(await storeOf(counter, { warn }).create(id, (counted) => counted.raiseBy(1))).toMatchObject({ version: 1 });
    expect(warn).toHaveBeenCalledWith('No snapshots of Counter are taken: its policy throws.', new Error('bug'));
  });

  it('are of the state as it was stored, whatever becomes of the object', async () => {
    const counter = counterClass({ snapshot: every(1) });
    const id = ids.next();
    const kept = new counter(id);
    kept.raiseBy(1);
    await storeOf(counter).save(kept);
    kept.state.sum = 1_000; // against the rules
    await saved(id);
    expect(await loadedWith(counter, id)).toEqual({ sum: 1, version: 1, applied: 0 });
  });

  it('measure the events of a new aggregate too', async () => {
    const counter = counterClass({ snapshot: everySize(20) });
    const id = ids.next();
    await storeOf(counter).create(id, (counted) => counted.raiseBy(1, 2, 3));
    await saved(id);
    expect(await snapshots.load(`counter-${id}`)).toMatchObject({ version: 3 });
  });

  it('are of what is committed: none is taken in a unit of work that rolls back', async () => {
    const counter = counterClass({ snapshot: every(1) });
    const [kept, lost] = [ids.next(), ids.next()];
    await unitOfWork.run(() => storeOf(counter).create(kept, (counted) => counted.raiseBy(1)));
    const failing = unitOfWork.run(async () => {
      await storeOf(counter).create(lost, (counted) => counted.raiseBy(1));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await saved(kept);
    expect(await snapshots.load(`counter-${lost}`)).toBeUndefined();
  });

  it('are not waited for', async () => {
    const counter = counterClass({ snapshot: every(1) });
    const save = vi.fn<() => Promise<void>>(() => new Promise(() => undefined));
    const over = {
      snapshots: { load: () => Promise.resolve(undefined), save, drop: save, dropOf: () => Promise.resolve(0) },
    };
    const id = ids.next();
    await storeOf(counter, over).create(id, (counted) => counted.raiseBy(1));
    await vi.waitFor(() => expect(save).toHaveBeenCalledOnce());
  });
});

describe('a snapshot policy', () => {
  const facts = (over: Partial<SnapshotFacts>): SnapshotFacts => ({
    version: 9,
    events: 0,
    size: 0,
    ageMs: 0,
    ...over,
  });

  it.each([
    [every(3), { events: 2 }, { events: 3 }],
    [everySize(300), { size: 299 }, { size: 300 }],
    [olderThan(1_000), { ageMs: 999 }, { ageMs: Infinity }],
    [anyOf(every(3), everySize(300)), { events: 2, size: 299 }, { size: 300 }],
    [allOf(every(3), olderThan(1_000)), { events: 3 }, { events: 3, ageMs: 1_000 }],
  ])('%s says when', (policy, no, yes) => {
    expect([policy(facts(no)), policy(facts(yes))]).toEqual([false, true]);
  });

  it('says whether it has to measure, also inside another', () => {
    expect(
      [every(1), everySize(1), anyOf(every(1), everySize(1)), allOf(every(1))].map(
        (policy) => policy.measuresSize ?? false,
      ),
    ).toEqual([false, true, true, false]);
  });

  it.each([() => every(0), () => everySize(-1), () => olderThan(Number.NaN)])('refuses what can never be', (policy) => {
    expect(policy).toThrow(/expected a number of .* above 0/);
  });
});
