import { describe, expect, it } from 'vitest';
import type { CheckpointStore, SubscriptionKey } from '../../core/index.js';
import { SubscriptionLab } from '../../testing/subscription-lab.js';
import { divisibleCheckpoints, isHandedOver } from './divisible-checkpoints.js';
import { segmentNames, segmentOf } from './segments.js';

const TTL_MS = 10_000;
const REASON = 'ES-1401: too large';

/** Checkpoints as a build sees them that divides the publisher `pub` into so many segments. */
function setUp() {
  const lab = new SubscriptionLab();
  const { checkpoints, control, parking } = lab.store;
  const keys = (segments: number): SubscriptionKey[] =>
    segmentNames('pub', segments).map((name) => ({ name, log: 'events' }));
  const build = (segments: number): CheckpointStore =>
    divisibleCheckpoints({ ...lab.store, logger: lab.logger, segments: keys(segments) });
  const begin = async () => ({ epoch: (await lab.store.logs.events.beginning()).epoch, position: 0n });
  const take = (store: CheckpointStore, key: SubscriptionKey, owner: string) =>
    store.acquire(key, owner, TTL_MS, begin);
  /** Takes all segments, moves each to its position, and gives them back. */
  const work = async (segments: number, positions: readonly bigint[]): Promise<void> => {
    for (const [index, key] of keys(segments).entries()) {
      const lease = (await take(build(segments), key, 'worker'))!;
      await checkpoints.save(lease, positions[index]!);
      await checkpoints.release(lease);
    }
  };
  const inUse = async () =>
    (await checkpoints.list())
      .filter((one) => !isHandedOver(one))
      .map(({ name, cursor }) => [name, Number(cursor.position)]);
  return { lab, checkpoints, control, parking, keys, build, take, work, inUse };
}

describe('divisibleCheckpoints', () => {
  it('lets new segments begin at the lowest checkpoint of the former ones, whichever way their number changes', async () => {
    const { work, build, take, keys, inUse } = setUp();
    await work(1, [7n]);
    expect((await take(build(3), keys(3)[2]!, 'a'))!.cursor.position).toBe(7n);
    expect(await inUse()).toEqual([
      ['pub/0-of-3', 7],
      ['pub/1-of-3', 7],
      ['pub/2-of-3', 7],
    ]);
  });

  it('comes back to a number of before at the place that was reached meanwhile', async () => {
    const { work, inUse } = setUp();
    await work(1, [7n]);
    await work(3, [20n, 11n, 15n]);
    await work(1, [11n]);
    expect(await inUse()).toEqual([['pub', 11]]);
    await work(3, [11n, 11n, 12n]);
    expect(await inUse()).toEqual([
      ['pub/0-of-3', 11],
      ['pub/1-of-3', 11],
      ['pub/2-of-3', 12],
    ]);
  });

  it('waits while anybody works on a former segment, and takes over when the lease has run out', async () => {
    const { lab, work, build, take, keys, inUse, checkpoints } = setUp();
    await work(2, [5n, 9n]);
    const former = (await take(build(2), keys(2)[1]!, 'former'))!;
    expect(await take(build(3), keys(3)[0]!, 'new')).toBeUndefined();
    expect((await inUse()).map(([name]) => name)).toEqual(['pub/0-of-2', 'pub/1-of-2']);
    await lab.clock.advance(TTL_MS + 1);
    expect((await take(build(3), keys(3)[0]!, 'new'))!.cursor.position).toBe(5n);
    await expect(checkpoints.save(former, 10n)).rejects.toThrow('lease');
    expect(await take(build(2), keys(2)[1]!, 'former')).toBeUndefined();
  });

  it('moves what is set aside to the segment of its key, in order: a key that is held back stays so', async () => {
    const { lab, work, parking, keys } = setUp();
    await work(1, [9n]);
    const held = ['order-1', 'order-2', 'order-3'];
    const at = (position: number, key: string) => ({
      position: BigInt(position),
      id: `e${position}`,
      type: 'noted',
      key,
    });
    const [whole] = keys(1) as [SubscriptionKey];
    for (const [index, key] of held.entries()) {
      const failure = { attempts: 4, reason: REASON, delayMs: index === 0 ? undefined : 60_000 };
      await parking.setAside(whole, at(index + 1, key), failure);
      await parking.queueBehind(whole, at(index + 5, key));
    }
    await work(3, [9n, 9n, 9n]);
    for (const [index, key] of held.entries()) {
      const segment = keys(3)[segmentOf(key, 3)]!;
      const status = index === 0 ? 'parked' : 'waiting';
      expect(await parking.list({ key })).toMatchObject([
        { ...segment, position: BigInt(index + 1), messageId: `e${index + 1}`, status, attempts: 4, reason: REASON },
        { ...segment, position: BigInt(index + 5), status: 'behind' },
      ]);
    }
    expect(await parking.list({ name: 'pub' })).toEqual([]);
    expect(lab.lines.map(({ message }) => message)).toEqual(['pub: 3 segments take over at position 9.']);
  });

  it('leaves a subscription alone that an operator has paused', async () => {
    const { work, control, build, take, keys, inUse } = setUp();
    await work(1, [3n]);
    await control.pause(keys(1)[0]!, { by: 'operator:olga', reason: 'Kafka is being moved' });
    expect(await take(build(2), keys(2)[0]!, 'new')).toBeUndefined();
    await control.resume(keys(1)[0]!);
    await work(2, [3n, 3n]);
    expect(await inUse()).toHaveLength(2);
  });

  it('changes nothing for subscriptions that are not divisible', async () => {
    const { build, take } = setUp();
    const key: SubscriptionKey = { name: 'letters@v1/0-of-2', log: 'events' };
    const other: SubscriptionKey = { name: 'letters@v1', log: 'events' };
    expect(await take(build(2), key, 'a')).toBeDefined();
    expect(await take(build(2), other, 'a')).toBeDefined();
  });
});
