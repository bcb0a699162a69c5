// What every parking store keeps: one record that fails holds back its own key, in order, and nothing else.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LogRecord, ParkingStore, SubscriptionKey, UnitOfWork } from '../../core/index.js';

export interface ParkingSubject {
  readonly parking: ParkingStore;
  readonly unitOfWork: UnitOfWork;
}

/** `opened` is asked once, before the first test. */
export function describeParking(opened: () => ParkingSubject): void {
  describe('parking', () => {
    let subject: ParkingSubject;
    beforeAll(() => {
      subject = opened();
    });
    const newKey = (): SubscriptionKey => ({ name: `subscription-${randomUUID()}`, log: 'events' });
    const rollBack = new Error('roll back');
    const later = { attempts: 1, reason: 'ES-1201: down', delayMs: 60_000 };
    const now = { ...later, delayMs: 0 };
    const forGood = { ...later, attempts: 8, delayMs: undefined };
    const record = (position: bigint, key: string): LogRecord => ({
      position,
      id: randomUUID(),
      key,
      version: 1,
      type: 'test.happened',
      schemaVersion: 1,
      data: {},
      metadata: { correlationId: 'c' },
      time: new Date(),
    });
    const positions = (messages: readonly { position: bigint }[]) => messages.map(({ position }) => position);

    it('holds back the key of a record set aside, in its own subscription only', async () => {
      const [one, other] = [newKey(), newKey()];
      await subject.parking.setAside(one, record(1n, 'a'), later);
      expect(await subject.parking.heldKeys(one, ['a', 'b'])).toEqual(new Set(['a']));
      expect(await subject.parking.heldKeys(other, ['a', 'b'])).toEqual(new Set());
      expect(await subject.parking.heldKeys({ ...one, log: 'inbound' }, ['a'])).toEqual(new Set());
      expect(await subject.parking.heldKeys(one, [])).toEqual(new Set());
    });

    it('knows whether anything of a subscription is set aside at all, whatever its key and state', async () => {
      const [one, other] = [newKey(), newKey()];
      expect(await subject.parking.isEmpty(one)).toBe(true);
      await subject.parking.setAside(one, record(1n, 'a'), forGood);
      await subject.parking.queueBehind(one, record(2n, 'a'));
      expect(await subject.parking.isEmpty(one)).toBe(false);
      expect(await subject.parking.isEmpty({ ...one, log: 'inbound' })).toBe(true);
      expect(await subject.parking.isEmpty(other)).toBe(true);
      await subject.parking.remove(one, 1n);
      expect(await subject.parking.isEmpty(one)).toBe(false);
      await subject.parking.remove(one, 2n);
      expect(await subject.parking.isEmpty(one)).toBe(true);
    });

    it('takes out all of a subscription, and tells what it was', async () => {
      const [one, other] = [newKey(), newKey()];
      await subject.parking.queueBehind(one, record(2n, 'a'));
      await subject.parking.setAside(one, record(1n, 'a'), forGood);
      await subject.parking.setAside(other, record(1n, 'a'), later);
      await subject.parking.setAside({ ...one, log: 'inbound' }, record(1n, 'a'), later);
      const taken = subject.unitOfWork.run(async () => {
        expect(await subject.parking.takeOut(one)).toMatchObject([
          { ...one, position: 1n, key: 'a', status: 'parked', attempts: 8, reason: 'ES-1201: down' },
          { ...one, position: 2n, key: 'a', status: 'behind' },
        ]);
        expect(await subject.parking.takeOut(one)).toEqual([]);
        throw rollBack;
      });
      await expect(taken).rejects.toBe(rollBack);
      expect(positions(await subject.parking.takeOut(one))).toEqual([1n, 2n]);
      expect(await subject.parking.isEmpty(one)).toBe(true);
      expect(await subject.parking.isEmpty(other)).toBe(false);
      expect(await subject.parking.isEmpty({ ...one, log: 'inbound' })).toBe(false);
    });

    it('says what is set aside, and why', async () => {
      const key = newKey();
      const failed = record(1n, 'a');
      await subject.parking.setAside(key, failed, forGood);
      expect(await subject.parking.list({ name: key.name })).toEqual([
        {
          ...key,
          position: 1n,
          messageId: failed.id,
          type: 'test.happened',
          key: 'a',
          status: 'parked',
          attempts: 8,
          reason: 'ES-1201: down',
          dueAt: undefined,
          parkedAt: expect.any(Date),
        },
      ]);
    });

    it('is idempotent per position: the last word counts', async () => {
      const key = newKey();
      const failed = record(1n, 'a');
      await subject.parking.setAside(key, failed, now);
      await subject.parking.setAside(key, failed, { ...later, attempts: 2, reason: 'other' });
      const expected = { position: 1n, status: 'waiting', attempts: 2, reason: 'other' };
      expect(await subject.parking.list({ name: key.name })).toEqual([expect.objectContaining(expected)]);
      await subject.parking.queueBehind(key, failed); // known already: stays what it is
      expect(await subject.parking.list({ name: key.name })).toEqual([expect.objectContaining(expected)]);
    });

    it('gives a record its turn when it is due', async () => {
      const key = newKey();
      await subject.parking.setAside(key, record(1n, 'a'), later);
      await subject.parking.setAside(key, record(2n, 'b'), now);
      expect(positions(await subject.parking.due(key, 10))).toEqual([2n]);
    });

    it('keeps the order of a key: successors wait until those before them are done', async () => {
      const key = newKey();
      await subject.parking.setAside(key, record(3n, 'a'), now);
      await subject.parking.queueBehind(key, record(5n, 'a'));
      await subject.parking.queueBehind(key, record(8n, 'a'));
      expect(positions(await subject.parking.due(key, 10))).toEqual([3n]);
      await subject.parking.remove(key, 3n);
      expect(await subject.parking.due(key, 10)).toEqual([
        expect.objectContaining({ position: 5n, status: 'behind', attempts: 0 }),
      ]);
      await subject.parking.remove(key, 5n);
      await subject.parking.remove(key, 8n);
      expect(await subject.parking.heldKeys(key, ['a'])).toEqual(new Set());
    });

    it('gives the heads of several keys by position, at most as many as asked for', async () => {
      const key = newKey();
      for (const [position, of] of [
        [9n, 'a'],
        [4n, 'b'],
        [6n, 'c'],
        [7n, 'b'],
      ] as const) {
        await subject.parking.setAside(key, record(position, of), now);
      }
      expect(positions(await subject.parking.due(key, 10))).toEqual([4n, 6n, 9n]);
      expect(positions(await subject.parking.due(key, 2))).toEqual([4n, 6n]);
    });

    it('keeps everything behind a record that is parked for good, and lets other keys go on', async () => {
      const key = newKey();
      await subject.parking.setAside(key, record(1n, 'a'), forGood);
      await subject.parking.queueBehind(key, record(2n, 'a'));
      await subject.parking.setAside(key, record(3n, 'b'), now);
      expect(positions(await subject.parking.due(key, 10))).toEqual([3n]);
      await subject.parking.remove(key, 3n);
      expect(await subject.parking.nextDueInMs(key)).toBeUndefined();
    });

    it('replays a parked record at once, its attempts beginning anew, and its successors after it', async () => {
      const key = newKey();
      await subject.parking.setAside(key, record(1n, 'a'), forGood);
      await subject.parking.queueBehind(key, record(2n, 'a'));
      expect(await subject.parking.replay(key, 1n)).toBe(true);
      expect(await subject.parking.due(key, 10)).toEqual([
        expect.objectContaining({ position: 1n, status: 'waiting', attempts: 0, reason: 'ES-1201: down' }),
      ]);
      await subject.parking.remove(key, 1n);
      expect(positions(await subject.parking.due(key, 10))).toEqual([2n]);
    });

    it('replays only what is parked', async () => {
      const key = newKey();
      await subject.parking.setAside(key, record(1n, 'a'), later);
      expect(await subject.parking.replay(key, 1n)).toBe(false);
      expect(await subject.parking.replay(key, 2n)).toBe(false);
      expect(await subject.parking.due(key, 10)).toEqual([]);
    });

    it('gives a parked record up: it is gone, and its successors go on', async () => {
      const key = newKey();
      await subject.parking.setAside(key, record(1n, 'a'), forGood);
      await subject.parking.queueBehind(key, record(2n, 'a'));
      await subject.parking.queueBehind(key, record(3n, 'a'));
      expect(await subject.parking.discard(key, 1n)).toBe(true);
      expect(positions(await subject.parking.due(key, 10))).toEqual([2n]);
      expect(positions(await subject.parking.list({ name: key.name }))).toEqual([2n, 3n]);
      expect(await subject.parking.discard(key, 1n)).toBe(false);
    });

    it('gives up only what is parked, not what is still being tried or waits behind', async () => {
      const key = newKey();
      await subject.parking.setAside(key, record(1n, 'a'), now);
      await subject.parking.queueBehind(key, record(2n, 'a'));
      for (const position of [1n, 2n, 3n]) expect(await subject.parking.discard(key, position)).toBe(false);
      expect(positions(await subject.parking.list({ name: key.name }))).toEqual([1n, 2n]);
    });

    it('knows when to look again', async () => {
      const key = newKey();
      expect(await subject.parking.nextDueInMs(key)).toBeUndefined();
      await subject.parking.setAside(key, record(1n, 'a'), later);
      const ms = (await subject.parking.nextDueInMs(key))!;
      expect(ms).toBeGreaterThan(30_000);
      expect(ms).toBeLessThanOrEqual(60_000);
      await subject.parking.queueBehind(key, record(2n, 'a')); // its turn comes after the first
      expect(await subject.parking.nextDueInMs(key)).toBeGreaterThan(30_000);
      await subject.parking.setAside(key, record(3n, 'b'), now);
      expect(await subject.parking.nextDueInMs(key)).toBe(0);
    });

    it('is listed by name, key and status', async () => {
      const key = newKey();
      await subject.parking.setAside(key, record(1n, 'a'), forGood);
      await subject.parking.queueBehind(key, record(2n, 'a'));
      await subject.parking.setAside(key, record(3n, 'b'), later);
      const { name: of } = key;
      expect(positions(await subject.parking.list({ name: of }))).toEqual([1n, 2n, 3n]);
      expect(positions(await subject.parking.list({ name: of, key: 'a' }))).toEqual([1n, 2n]);
      expect(positions(await subject.parking.list({ name: of, status: 'waiting' }))).toEqual([3n]);
      expect((await subject.parking.list()).length).toBeGreaterThanOrEqual(3);
    });

    it('commits and rolls back with the unit of work', async () => {
      const key = newKey();
      const failing = subject.unitOfWork.run(async () => {
        await subject.parking.setAside(key, record(1n, 'a'), later);
        await subject.parking.queueBehind(key, record(2n, 'a'));
        expect(await subject.parking.heldKeys(key, ['a'])).toEqual(new Set(['a']));
        throw rollBack;
      });
      await expect(failing).rejects.toThrow(rollBack);
      expect(await subject.parking.list({ name: key.name })).toEqual([]);
    });
  });
}
