// What every parking store keeps of what was discarded: as long as the checkpoint stands before it, a restart must find that it was.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckpointStore, Lease, ParkingStore, RecordToPark, SubscriptionKey } from '../../core/index.js';

export interface DiscardingSubject {
  readonly checkpoints: CheckpointStore;
  readonly parking: ParkingStore;
}

/** `opened` is asked once, before the first test. */
export function describeDiscarded(opened: () => DiscardingSubject): void {
  describe('discarded messages', () => {
    let checkpoints: CheckpointStore;
    let parking: ParkingStore;
    beforeAll(() => {
      ({ checkpoints, parking } = opened());
    });
    const forGood = { attempts: 8, reason: 'E: no', delayMs: undefined };
    const record = (position: bigint): RecordToPark => ({
      position,
      id: randomUUID(),
      type: 'test.happened',
      key: 'a',
    });
    const begun = async (position: bigint): Promise<{ of: SubscriptionKey; lease: Lease }> => {
      const of = { name: `subscription-${randomUUID()}`, log: 'events' } as const;
      const initial = () => Promise.resolve({ epoch: 'epoch-1', position });
      return { of, lease: (await checkpoints.acquire(of, 'worker-1', 60_000, initial))! };
    };
    const discarded = async (of: SubscriptionKey, one: RecordToPark) => {
      await parking.setAside(of, one, forGood);
      expect(await parking.discard(of, one.position)).toBe(true);
    };

    it('are known by place and id where the checkpoint stands before them', async () => {
      const { of } = await begun(3n);
      const [passed, beyond] = [record(3n), record(4n)];
      await discarded(of, passed);
      await discarded(of, beyond);
      expect(await parking.isDiscarded(of, passed)).toBe(false);
      expect(await parking.isDiscarded(of, beyond)).toBe(true);
      expect(await parking.isDiscarded(of, { ...beyond, id: randomUUID() })).toBe(false);
      expect(await parking.isDiscarded({ ...of, log: 'inbound' }, beyond)).toBe(false);
      expect(await parking.isEmpty(of)).toBe(true);
    });

    it('count, as what is set aside does, for how far a restart has to look', async () => {
      const { of } = await begun(3n);
      expect(await parking.lastSetAside(of, 3n)).toBeUndefined();
      await parking.setAside(of, record(5n), forGood);
      expect(await parking.lastSetAside(of, 3n)).toBe(5n);
      expect(await parking.lastSetAside(of, 5n)).toBeUndefined();
      await discarded(of, record(7n));
      expect(await parking.lastSetAside(of, 3n)).toBe(7n);
      await parking.discard(of, 5n);
      expect(await parking.lastSetAside(of, 3n)).toBe(7n);
    });

    it('are forgotten with the next that is discarded once the checkpoint has passed them', async () => {
      const { of, lease } = await begun(0n);
      const early = record(4n);
      await discarded(of, early);
      await checkpoints.save(lease, 4n);
      expect(await parking.isDiscarded(of, early)).toBe(true);
      await discarded(of, record(6n));
      expect(await parking.isDiscarded(of, early)).toBe(false);
    });
  });
}
