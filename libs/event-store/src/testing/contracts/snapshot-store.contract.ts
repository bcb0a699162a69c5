// What every snapshot store does: keeps the newest snapshot of a stream, as it was given.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentHash, type Snapshot, type SnapshotStore, type UnitOfWork } from '../../core/index.js';
import { newStream } from './event-store.support.js';

export interface SnapshotsUnderContract {
  readonly snapshots: SnapshotStore;
  readonly unitOfWork: UnitOfWork;
  close(): Promise<void>;
}

export function describeSnapshotStore(name: string, setup: () => Promise<SnapshotsUnderContract>): void {
  describe(`${name}, as every snapshot store,`, () => {
    let opened: SnapshotsUnderContract;
    beforeAll(async () => {
      opened = await setup();
    });
    afterAll(() => opened?.close());

    const of = (stream: string, version: number, over: Partial<Snapshot> = {}): Snapshot => {
      const state = { version, nested: { list: [1, null, 'ü'], empty: {} } };
      const takenAt = new Date('2026-01-02T03:04:05.678Z');
      return { stream, version, revision: 'r1', state, stateHash: contentHash(state), takenAt, ...over };
    };

    it('gives back what it was given', async () => {
      const snapshot = of(newStream(), 7);
      await opened.snapshots.save(snapshot);
      const loaded = await opened.snapshots.load(snapshot.stream);
      expect(loaded).toEqual(snapshot);
      expect(contentHash(loaded!.state)).toBe(snapshot.stateHash);
      expect(await opened.snapshots.load(newStream())).toBeUndefined();
    });

    it('has none of a later version than was asked for', async () => {
      const snapshot = of(newStream(), 7);
      await opened.snapshots.save(snapshot);
      expect(await opened.snapshots.load(snapshot.stream, 6)).toBeUndefined();
      expect(await opened.snapshots.load(snapshot.stream, 7)).toEqual(snapshot);
      expect(await opened.snapshots.load(snapshot.stream, Number.MAX_SAFE_INTEGER)).toEqual(snapshot);
    });

    it('never goes back to an earlier version, and takes another revision of the same one', async () => {
      const stream = newStream();
      for (const version of [5, 9, 7]) await opened.snapshots.save(of(stream, version));
      expect(await opened.snapshots.load(stream)).toMatchObject({ version: 9, revision: 'r1' });
      await opened.snapshots.save(of(stream, 8, { revision: 'r2' }));
      expect(await opened.snapshots.load(stream)).toMatchObject({ version: 9, revision: 'r1' });
      await opened.snapshots.save(of(stream, 9, { revision: 'r2' }));
      expect(await opened.snapshots.load(stream)).toMatchObject({ version: 9, revision: 'r2' });
    });

    it('keeps the newest of many that are saved at once', async () => {
      const stream = newStream();
      await Promise.all([3, 1, 8, 5, 2, 8, 4].map((version) => opened.snapshots.save(of(stream, version))));
      expect(await opened.snapshots.load(stream)).toMatchObject({ version: 8 });
    });

    it('drops one, also where there is none', async () => {
      const stream = newStream();
      await opened.snapshots.save(of(stream, 3));
      for (let times = 0; times < 2; times += 1) await opened.snapshots.drop(stream);
      expect(await opened.snapshots.load(stream)).toBeUndefined();
    });

    it('takes part in an open unit of work', async () => {
      const stream = newStream();
      const failing = opened.unitOfWork.run(async () => {
        await opened.snapshots.save(of(stream, 3));
        expect(await opened.snapshots.load(stream)).toMatchObject({ version: 3 });
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await opened.snapshots.load(stream)).toBeUndefined();
    });
  });
}
