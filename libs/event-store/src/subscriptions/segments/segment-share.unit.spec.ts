import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError, UnknownEventTypeError, type LogRecord } from '../../core/index.js';
import { SubscriptionLab, transactional, valueOf } from '../../testing/subscription-lab.js';
import { CheckpointWatch } from '../projections/checkpoint-watch.js';
import { LiveTail } from '../runner/live-tail.js';
import { ProjectionProgress } from '../projections/projection-progress.js';
import { segmentNames, segmentOf } from './segments.js';
import { SegmentShare, shareOf } from './segment-share.js';
import type { SubscriptionDefinition } from '../subscription.js';
import { SubscriptionRunner } from '../runner/subscription-runner.js';
import { ProjectionBehindError } from '../projections/waiting-errors.js';

const SEGMENTS = 4;
const TTL_MS = 10_000;
const names = segmentNames('notes@v1', SEGMENTS);

describe('the segments of a projection', () => {
  let lab: SubscriptionLab;
  let shares: Map<string, SegmentShare>;
  let saves: string[];
  /** Processes that have lost their connection: nothing of theirs reaches the store. */
  let cutOff: Set<string>;
  let handled: (record: LogRecord, owner: string) => void;
  /** Processes of a build that does not know the value 'new'. */
  let old: Set<string>;

  beforeEach(() => {
    lab = new SubscriptionLab();
    shares = new Map();
    saves = [];
    cutOff = new Set();
    handled = () => undefined;
    old = new Set();
  });
  afterEach(async () => {
    const stopping = [...shares.keys()].map((owner) => stop(owner));
    await Promise.all(stopping);
  });

  function start(owner: string, onMoved?: (name: string, position: bigint) => void): SegmentShare {
    const { store, clock, ids, logger } = lab;
    const { parking, unitOfWork, logs } = store;
    const reach = <T extends object>(port: T): T =>
      new Proxy(port, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]): unknown => {
            if (cutOff.has(owner)) return Promise.reject(new UnavailableError('The database'));
            if (name === 'save') saves.push((args[0] as { name: string }).name);
            return Reflect.apply(member, target, args);
          };
        },
      });
    const checkpoints = reach(store.checkpoints);
    const tail = new LiveTail(reach(logs.events), clock);
    const segments = names.map((name, index): SubscriptionDefinition =>
      transactional(
        (record) => {
          handled(record, owner);
          lab.note(record);
        },
        {
          name,
          segmentOf: 'notes@v1',
          wants: ({ key }) => segmentOf(key, SEGMENTS) === index,
          unreadable: (record) =>
            old.has(owner) && valueOf(record) === 'new' ? new UnknownEventTypeError('lab.noted', 2, '1') : undefined,
        },
      ),
    );
    const share = new SegmentShare({
      group: { name: 'notes@v1', log: 'events' },
      segments,
      createRunner: (definition) =>
        new SubscriptionRunner({
          definition,
          tail,
          checkpoints,
          parking,
          unitOfWork,
          clock,
          ids,
          logger,
          owner,
          onMoved: (position) => onMoved?.(definition.name, position),
        }),
      initial: () => logs.events.beginning(),
      members: reach(store.members),
      checkpoints,
      clock,
      ids,
      logger,
      owner,
      leaseTtlMs: TTL_MS,
    });
    shares.set(owner, share);
    share.start();
    return share;
  }

  async function stop(owner: string): Promise<void> {
    const share = shares.get(owner)!;
    shares.delete(owner);
    let done = false;
    const stopping = share.stop().then(() => (done = true));
    await lab.clock.until(() => done, 60_000);
    await stopping;
  }

  /** How many segments each process works on, as the leases say. */
  async function held(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { owner } of await lab.store.checkpoints.list()) if (owner) counts[owner] = (counts[owner] ?? 0) + 1;
    return counts;
  }
  const until = (expected: Record<string, number>, withinMs = 5_000) =>
    lab.clock.until(async () => {
      const now = await held();
      return (
        Object.keys(now).length === Object.keys(expected).length &&
        Object.entries(expected).every(([who, n]) => now[who] === n)
      );
    }, withinMs);
  const streams = Array.from({ length: 12 }, (_, n) => `stream-${n}`);
  const write = async (value: number) => {
    for (const stream of streams) await lab.append(stream, value);
  };
  const expected = (upTo: number) =>
    streams.flatMap((stream) => Array.from({ length: upTo }, (_, n) => `${stream}:${n + 1}`)).sort();

  it('are shared out in seconds when processes come and go, and nothing is lost or repeated', async () => {
    start('a');
    await until({ a: 4 });
    await write(1);
    start('b');
    await until({ a: 2, b: 2 });
    await write(2);
    start('c');
    await until({ a: 2, b: 1, c: 1 });
    await write(3);
    await stop('a');
    await until({ b: 2, c: 2 });
    await write(4);
    await stop('b');
    await until({ c: 4 });
    await write(5);
    await lab.clock.until(() => lab.noted.length >= 5 * streams.length, 5_000);
    expect([...lab.noted].sort()).toEqual(expected(5));
    for (const stream of streams) {
      const values = lab.noted.filter((note) => note.startsWith(`${stream}:`));
      expect(values).toEqual([1, 2, 3, 4, 5].map((value) => `${stream}:${value}`));
    }
  });

  it('of a process that dies are taken by the others when its leases have run out, not before', async () => {
    start('a');
    start('b');
    await until({ a: 2, b: 2 });
    cutOff.add('b');
    await write(1);
    await lab.clock.advance(TTL_MS / 2);
    expect(await held()).toEqual({ a: 2, b: 2 });
    await until({ a: 4 }, TTL_MS);
    await lab.clock.until(() => lab.noted.length >= streams.length, 5_000);
    expect([...lab.noted].sort()).toEqual(expected(1));
    cutOff.delete('b');
    await until({ a: 2, b: 2 }, 30_000);
  });

  it('that one held before it fell silent are not counted as its own when it returns', async () => {
    start('a');
    start('b');
    await until({ a: 2, b: 2 });
    cutOff.add('b');
    await until({ a: 4 }, 2 * TTL_MS);
    start('c');
    start('d');
    await until({ a: 2, c: 1, d: 1 });
    cutOff.delete('b');
    await until({ a: 1, b: 1, c: 1, d: 1 }, 30_000);
    await lab.clock.advance(60_000);
    expect(await held()).toEqual({ a: 1, b: 1, c: 1, d: 1 });
  });

  it('are not given back when nobody can be reached for a while', async () => {
    start('a');
    await until({ a: 4 });
    cutOff.add('a');
    await lab.clock.advance(TTL_MS / 2);
    cutOff.delete('a');
    await until({ a: 4 }, 10_000);
    await write(1);
    await lab.clock.until(() => lab.noted.length >= streams.length, 10_000);
    expect([...lab.noted].sort()).toEqual(expected(1));
  });

  it('never pass one that cannot go on: the projection is as far as the last of them', async () => {
    const { checkpoints, parking, logs } = lab.store;
    const { clock } = lab;
    const watch = new CheckpointWatch({ checkpoints, clock });
    const options = { watch, parking, log: logs.events, clock };
    const progress = new ProjectionProgress(() => ({ name: 'notes@v1', subscriptions: names }), options);
    const stuck = segmentOf('stream-0', SEGMENTS);
    let isDown = true;
    handled = ({ key }) => {
      if (isDown && segmentOf(key, SEGMENTS) === stuck) throw new UnavailableError('What it needs');
    };
    start('a', (name, position) => watch.moved(name, position));
    await write(1);
    const last = BigInt(streams.length);
    const others = streams.filter((stream) => segmentOf(stream, SEGMENTS) !== stuck);
    await clock.until(() => lab.noted.length === others.length, 10_000);
    let ended: unknown;
    const wait = () => {
      ended = undefined;
      progress.waitFor(last, { timeoutMs: 1_000 }).then(
        (at) => (ended = at),
        (error: unknown) => (ended = error),
      );
      return clock.until(() => ended !== undefined, 20_000);
    };
    await wait();
    expect(ended).toBeInstanceOf(ProjectionBehindError);
    expect(ended).toMatchObject({ reached: 0n });
    isDown = false;
    await clock.until(() => lab.noted.length === streams.length, 20_000);
    await wait();
    expect(ended).toBe(last);
  });

  it('write their checkpoint for what they do not want only now and then, and yet can be waited for at once', async () => {
    const { checkpoints, parking, logs } = lab.store;
    const watch = new CheckpointWatch({ checkpoints, clock: lab.clock });
    const options = { watch, parking, log: logs.events, clock: lab.clock };
    const progress = new ProjectionProgress(() => ({ name: 'notes@v1', subscriptions: names }), options);
    start('a', (name, position) => watch.moved(name, position));
    await until({ a: 4 });
    const mine = names[segmentOf('stream-0', SEGMENTS)]!;
    for (let n = 1; n <= 20; n += 1) {
      await lab.append('stream-0', n);
      const before = lab.clock.now();
      expect(await progress.waitFor(BigInt(n))).toBe(BigInt(n));
      expect(lab.clock.now()).toEqual(before);
      await lab.clock.advance(5);
    }
    expect(saves.filter((name) => name === mine)).toHaveLength(20);
    expect(saves.filter((name) => name !== mine)).toEqual([]);
    await lab.clock.advance(1_000);
    expect(saves.filter((name) => name !== mine)).toHaveLength(SEGMENTS - 1);
    expect([...(await checkpoints.positions('events', names)).values()]).toEqual(names.map(() => 20n));
    await lab.clock.advance(60_000);
    expect(saves.filter((name) => name !== mine)).toHaveLength(SEGMENTS - 1);
    expect(lab.noted.map(String)).toEqual(Array.from({ length: 20 }, (_, n) => `stream-0:${n + 1}`));
  });

  it('that were passed are saved before they are given away', async () => {
    start('a');
    await until({ a: 4 });
    await lab.append('stream-0', 1);
    await lab.clock.until(() => lab.noted.length === 1);
    await stop('a');
    expect([...(await lab.store.checkpoints.positions('events', names)).values()]).toEqual(names.map(() => 1n));
  });

  it('that one build cannot read on are taken by one that can, beyond its share, until another such process comes', async () => {
    old.add('a');
    const a = start('a');
    await until({ a: 4 });
    start('b');
    await until({ a: 2, b: 2 });
    await write(1);
    const ofA = (await lab.store.checkpoints.list()).find(({ owner }) => owner === 'a')!.name;
    const blocked = streams.find((stream) => names[segmentOf(stream, SEGMENTS)] === ofA)!;
    await lab.append(blocked, 'new');
    await lab.append(blocked, 3);
    await lab.clock.until(() => lab.noted.includes(`${blocked}:3`), 20_000);
    expect(await held()).toEqual({ a: 1, b: 3 });
    await write(4);
    await lab.clock.advance(100_000);
    expect(await held()).toEqual({ a: 1, b: 3 });
    expect(lab.noted.filter((note) => note.startsWith(`${blocked}:`))).toEqual(
      [1, 'new', 3, 4].map((value) => `${blocked}:${value}`),
    );
    expect(lab.noted).toHaveLength(2 * streams.length + 2);
    expect(a.statuses().map(({ state }) => state)).toEqual(['running']);
    await stop('a');
    start('c');
    await until({ b: 2, c: 2 }, 30_000);
  });

  it('that no process can read on are told of, hold back no other, and go on when they can be read', async () => {
    for (const owner of ['a', 'b']) old.add(owner);
    const both = [start('a'), start('b')];
    await until({ a: 2, b: 2 });
    await write(1);
    await lab.append('stream-0', 'new');
    await lab.clock.advance(150_000);
    const others = streams.filter((stream) => segmentOf(stream, SEGMENTS) !== segmentOf('stream-0', SEGMENTS));
    await write(2);
    await lab.clock.until(() => lab.noted.filter((note) => note.endsWith(':2')).length === others.length);
    const stopped = both.flatMap((share) => share.statuses()).filter(({ state }) => state === 'stopped');
    expect(stopped.map(({ name }) => name)).toContain(names[segmentOf('stream-0', SEGMENTS)]);
    expect(stopped[0]).toMatchObject({ lastError: { code: 'ES-1306' } });
    old.clear();
    await lab.clock.until(() => lab.noted.length === 2 * streams.length + 1, 120_000);
    expect(lab.noted.filter((note) => note.startsWith('stream-0:'))).toEqual([1, 'new', 2].map((n) => `stream-0:${n}`));
  });

  it('are parked one stream at a time', async () => {
    handled = (record) => {
      if (valueOf(record) === 2 && record.key === 'stream-3') throw new Error('no');
    };
    start('a');
    for (const value of [1, 2, 3]) await write(value);
    await lab.clock.until(async () => (await lab.store.parking.list({ status: 'parked' })).length === 1);
    await lab.clock.until(() => lab.noted.length === 3 * streams.length - 2, 10_000);
    expect((await lab.store.parking.list()).map(({ name, key }) => [name, key])).toEqual(
      [1, 2].map(() => [names[segmentOf('stream-3', SEGMENTS)], 'stream-3']),
    );
  });
});

describe('shares', () => {
  it.each([1, 2, 3, 4, 5, 7])('of 4 segments among %i add up and differ by one at most', (count) => {
    const members = Array.from({ length: count }, (_, n) => `member-${n}`);
    const shares = members.map((member) => shareOf(members, member, 4));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(4);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
  });
});
