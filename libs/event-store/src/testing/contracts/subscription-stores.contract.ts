// What every checkpoint store keeps, whatever it is stored in; parking-store.contract.ts says the same of the parking store.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LeaseLostError } from '../../core/index.js';
import type { CheckpointStore, LogCursor, ParkingStore, SubscriptionKey, UnitOfWork } from '../../core/index.js';
import { describeDiscarded } from './discarded-messages.contract.js';
import { describeParking } from './parking-store.contract.js';

export interface SubscriptionStoresSubject {
  readonly checkpoints: CheckpointStore;
  readonly parking: ParkingStore;
  readonly unitOfWork: UnitOfWork;
  close(): Promise<void>;
}

export function describeSubscriptionStores(name: string, open: () => Promise<SubscriptionStoresSubject>): void {
  describe(`${name} as subscription stores`, () => {
    let subject: SubscriptionStoresSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    const newKey = (): SubscriptionKey => ({ name: `subscription-${randomUUID()}`, log: 'events' });
    const at = (position: bigint) => () => Promise.resolve({ epoch: 'epoch-1', position });
    const rollBack = new Error('roll back');

    describe('a lease', () => {
      it('starts a new subscription at its initial cursor, asked for only then', async () => {
        const key = newKey();
        const initial = vi.fn<() => Promise<LogCursor>>(at(7n));
        const lease = await subject.checkpoints.acquire(key, 'worker-1', 60_000, initial);
        expect(lease).toMatchObject({ ...key, owner: 'worker-1', cursor: { epoch: 'epoch-1', position: 7n } });
        await subject.checkpoints.release(lease!);
        await subject.checkpoints.acquire(key, 'worker-2', 60_000, initial);
        expect(initial).toHaveBeenCalledTimes(1);
      });

      it('is refused to others while it is held', async () => {
        const key = newKey();
        expect(await subject.checkpoints.acquire(key, 'worker-1', 60_000, at(0n))).toBeDefined();
        expect(await subject.checkpoints.acquire(key, 'worker-2', 60_000, at(0n))).toBeUndefined();
      });

      it('goes to exactly one of many who ask at the same time', async () => {
        const key = newKey();
        const owners = Array.from({ length: 8 }, (_, index) => `worker-${index}`);
        const leases = await Promise.all(
          owners.map((owner) => subject.checkpoints.acquire(key, owner, 60_000, at(0n))),
        );
        expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
      });

      it('is free again at once when it is released, with a higher epoch', async () => {
        const key = newKey();
        const first = await subject.checkpoints.acquire(key, 'worker-1', 60_000, at(0n));
        await subject.checkpoints.release(first!);
        const second = await subject.checkpoints.acquire(key, 'worker-2', 60_000, at(0n));
        expect(second!.epoch).toBeGreaterThan(first!.epoch);
        await subject.checkpoints.release(first!); // lost already: changes nothing
        expect(await subject.checkpoints.acquire(key, 'worker-3', 60_000, at(0n))).toBeUndefined();
      });

      it('passes to another owner once it has expired, and then its former holder cannot extend it', async () => {
        const key = newKey();
        const first = await subject.checkpoints.acquire(key, 'worker-1', 1, at(0n));
        const second = await vi.waitUntil(() => subject.checkpoints.acquire(key, 'worker-2', 60_000, at(0n)));
        expect(second.epoch).toBeGreaterThan(first!.epoch);
        expect(await subject.checkpoints.renew(first!, 60_000)).toBe(false);
        expect(await subject.checkpoints.renew(second, 60_000)).toBe(true);
      });

      it('is extended by its holder', async () => {
        const key = newKey();
        const lease = await subject.checkpoints.acquire(key, 'worker-1', 1, at(0n));
        expect(await subject.checkpoints.renew(lease!, 60_000)).toBe(true);
        expect(await subject.checkpoints.acquire(key, 'worker-2', 60_000, at(0n))).toBeUndefined();
      });

      it('taken again by the same owner fences the one that owner had before', async () => {
        const key = newKey();
        const before = await subject.checkpoints.acquire(key, 'worker-1', 60_000, at(0n));
        const again = await subject.checkpoints.acquire(key, 'worker-1', 60_000, at(0n));
        expect(again!.epoch).toBeGreaterThan(before!.epoch);
        await expect(subject.checkpoints.save(before!, 1n)).rejects.toThrow(LeaseLostError);
        await subject.checkpoints.save(again!, 1n);
      });
    });

    describe('a checkpoint', () => {
      it('is found by the next holder', async () => {
        const key = newKey();
        const lease = await subject.checkpoints.acquire(key, 'worker-1', 60_000, at(0n));
        await subject.checkpoints.save(lease!, 41n);
        await subject.checkpoints.save(lease!, 42n);
        await subject.checkpoints.release(lease!);
        const next = await subject.checkpoints.acquire(key, 'worker-2', 60_000, at(0n));
        expect(next!.cursor).toEqual({ epoch: 'epoch-1', position: 42n });
      });

      it('never moves backwards', async () => {
        const key = newKey();
        const lease = await subject.checkpoints.acquire(key, 'worker-1', 60_000, at(10n));
        await subject.checkpoints.save(lease!, 5n);
        expect(await statusOf(key)).toMatchObject({ cursor: { position: 10n } });
      });

      it('cannot be moved by a former holder', async () => {
        const key = newKey();
        const former = await subject.checkpoints.acquire(key, 'worker-1', 60_000, at(0n));
        await subject.checkpoints.release(former!);
        await subject.checkpoints.acquire(key, 'worker-2', 60_000, at(0n));
        await expect(subject.checkpoints.save(former!, 9n)).rejects.toThrow(LeaseLostError);
        expect(await statusOf(key)).toMatchObject({ owner: 'worker-2', cursor: { position: 0n } });
      });

      it('commits and rolls back with the unit of work it is saved in', async () => {
        const key = newKey();
        const lease = await subject.checkpoints.acquire(key, 'worker-1', 60_000, at(0n));
        const failing = subject.unitOfWork.run(async () => {
          await subject.checkpoints.save(lease!, 5n);
          throw rollBack;
        });
        await expect(failing).rejects.toThrow(rollBack);
        expect(await statusOf(key)).toMatchObject({ cursor: { position: 0n } });
        await subject.unitOfWork.run(() => subject.checkpoints.save(lease!, 5n));
        expect(await statusOf(key)).toMatchObject({ cursor: { position: 5n } });
      });

      it('is kept for each log apart', async () => {
        const key = newKey();
        await subject.checkpoints.acquire(key, 'worker-1', 60_000, at(3n));
        const other = await subject.checkpoints.acquire({ ...key, log: 'inbound' }, 'worker-2', 60_000, at(8n));
        expect(other!.cursor.position).toBe(8n);
      });

      it('is listed with its holder', async () => {
        const key = newKey();
        const lease = await subject.checkpoints.acquire(key, 'worker-1', 60_000, at(3n));
        const { epoch } = lease!;
        const cursor = { epoch: 'epoch-1', position: 3n };
        expect(await statusOf(key)).toEqual({
          ...key,
          cursor,
          owner: 'worker-1',
          leaseEpoch: epoch,
          leasedUntil: expect.any(Date),
        });
        await subject.checkpoints.release(lease!);
        expect(await statusOf(key)).toMatchObject({ owner: undefined, leasedUntil: undefined });
      });

      it('is told by name and log, as it is committed; one that has not begun is left out', async () => {
        const [key, other] = [newKey(), newKey()];
        const lease = await subject.checkpoints.acquire(key, 'worker-1', 60_000, at(3n));
        await subject.checkpoints.acquire({ ...key, log: 'inbound' }, 'worker-1', 60_000, at(9n));
        await subject.checkpoints.acquire(other, 'worker-1', 60_000, at(0n));
        await subject.checkpoints.save(lease!, 4n);
        const names = [key.name, other.name, 'never begun'];
        expect(await subject.checkpoints.positions('events', names)).toEqual(
          new Map([
            [key.name, 4n],
            [other.name, 0n],
          ]),
        );
        expect(await subject.checkpoints.positions('inbound', names)).toEqual(new Map([[key.name, 9n]]));
        expect(await subject.checkpoints.positions('events', [])).toEqual(new Map());
      });

      const statusOf = async (key: SubscriptionKey) =>
        (await subject.checkpoints.list()).find((status) => status.name === key.name);
    });

    describeParking(() => subject);
    describeDiscarded(() => subject);
  });
}
