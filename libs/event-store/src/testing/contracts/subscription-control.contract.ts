// What an operator may do to subscriptions, and what is known of versions of projections, whatever they are stored in.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  LeaseLostError,
  type CheckpointStore,
  type LogRecord,
  type ParkingStore,
  type SubscriptionControl,
  type SubscriptionKey,
  type UnitOfWork,
} from '../../core/index.js';
import type { ProjectionVersions } from '../../subscriptions/index.js';

export interface SubscriptionControlSubject {
  readonly checkpoints: CheckpointStore;
  readonly control: SubscriptionControl;
  readonly versions: ProjectionVersions;
  readonly parking: ParkingStore;
  readonly unitOfWork: UnitOfWork;
  close(): Promise<void>;
}

export function describeSubscriptionControl(store: string, open: () => Promise<SubscriptionControlSubject>): void {
  describe(`${store} as control of subscriptions`, () => {
    let subject: SubscriptionControlSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    const newKey = (): SubscriptionKey => ({ name: `subscription-${randomUUID()}`, log: 'events' });
    const at = (position: bigint) => () => Promise.resolve({ epoch: 'epoch-1', position });
    const take = (key: SubscriptionKey, owner: string) => subject.checkpoints.acquire(key, owner, 60_000, at(0n));
    const statusOf = async ({ name }: SubscriptionKey) =>
      (await subject.checkpoints.list()).find((one) => one.name === name)!;
    const pause = { by: 'operator:olga', reason: 'the disk is full' };
    const rollBack = new Error('roll back');

    it('pausing takes the lease away: its holder commits nothing more, and nobody gets it until it is resumed', async () => {
      const { control, checkpoints } = subject;
      const key = newKey();
      const lease = (await take(key, 'worker-1'))!;
      await checkpoints.save(lease, 3n);
      expect(await control.pause(key, pause)).toBe(true);
      await expect(checkpoints.save(lease, 4n)).rejects.toThrow(LeaseLostError);
      expect(await checkpoints.renew(lease, 60_000)).toBe(false);
      expect(await take(key, 'worker-1')).toBeUndefined();
      expect(await control.takeOver(key, 'worker-2', 60_000)).toBeUndefined();
      expect(await control.pause(key, { by: 'another', reason: 'again' })).toBe(false);
      expect(await statusOf(key)).toMatchObject({
        cursor: { position: 3n },
        owner: undefined,
        paused: { ...pause, since: expect.any(Date) as Date },
      });
      expect(await control.resume(key)).toBe(true);
      expect(await control.resume(key)).toBe(false);
      expect((await statusOf(key)).paused).toBeUndefined();
      expect((await take(key, 'worker-2'))!.cursor.position).toBe(3n);
    });

    it('a pause that is rolled back has never been', async () => {
      const { control, unitOfWork } = subject;
      const key = newKey();
      await take(key, 'worker-1');
      const unit = unitOfWork.run(async () => {
        await control.pause(key, pause);
        throw rollBack;
      });
      await expect(unit).rejects.toThrow(rollBack);
      expect(await statusOf(key)).toMatchObject({ owner: 'worker-1' });
    });

    it('an unknown subscription is neither paused nor resumed nor taken over', async () => {
      const { control } = subject;
      expect(await control.pause(newKey(), pause)).toBe(false);
      expect(await control.resume(newKey())).toBe(false);
      expect(await control.takeOver(newKey(), 'worker-1', 60_000)).toBeUndefined();
    });

    it('taking over fences the holder, as an expired lease would', async () => {
      const { control, checkpoints } = subject;
      const key = newKey();
      const former = (await take(key, 'worker-1'))!;
      const lease = (await control.takeOver(key, 'worker-2', 60_000))!;
      expect(lease.epoch).toBeGreaterThan(former.epoch);
      await expect(checkpoints.save(former, 1n)).rejects.toThrow(LeaseLostError);
      await checkpoints.save(lease, 1n);
      expect(await statusOf(key)).toMatchObject({ owner: 'worker-2', cursor: { position: 1n } });
    });

    it('a restart moves the checkpoint back and takes out what is set aside, for the holder of the lease only', async () => {
      const { control, checkpoints, parking } = subject;
      const [key, other] = [newKey(), newKey()];
      const lease = (await take(key, 'worker-1'))!;
      await checkpoints.save(lease, 9n);
      const given = record(12n);
      await parking.setAside(key, given, { attempts: 1, reason: 'no', delayMs: undefined });
      await parking.discard(key, given.position);
      expect(await parking.isDiscarded(key, given)).toBe(true);
      for (const one of [key, other])
        await parking.setAside(one, record(5n), { attempts: 1, reason: 'no', delayMs: undefined });
      await control.restart(lease, { epoch: 'epoch-2', position: 0n });
      expect(await statusOf(key)).toMatchObject({ cursor: { epoch: 'epoch-2', position: 0n } });
      expect(await parking.list({ name: key.name })).toEqual([]);
      expect(await parking.list({ name: other.name })).toHaveLength(1);
      expect(await parking.isDiscarded(key, given)).toBe(false);
      await control.takeOver(key, 'worker-2', 60_000);
      await expect(control.restart(lease, { epoch: 'epoch-2', position: 0n })).rejects.toThrow(LeaseLostError);
    });
  });

  describe(`${store} as versions of projections`, () => {
    let versions: ProjectionVersions;
    let subject: SubscriptionControlSubject;
    beforeAll(async () => {
      subject = await open();
      ({ versions } = subject);
    });
    afterAll(() => subject.close());
    const found = async (name: string) => (await versions.list()).filter((one) => one.name === name);

    it('a version begins as one that is being built, once', async () => {
      const one = { name: randomUUID(), version: 1 };
      await versions.begin(one);
      await versions.noteCaughtUp(one, 'events');
      await versions.begin(one);
      expect(await found(one.name)).toEqual([
        {
          ...one,
          state: 'building',
          caughtUp: ['events'],
          begunAt: expect.any(Date) as Date,
          switchedAt: undefined,
          switchedPosition: undefined,
          takenUpAt: undefined,
        },
      ]);
    });

    it('when one serves the other is retired, in both directions, and only one that never served is forgotten', async () => {
      const name = randomUUID();
      const [one, two, three] = [1, 2, 3].map((version) => ({ name, version })) as [Key, Key, Key];
      for (const key of [two, one, three]) await versions.begin(key);
      const states = async () => (await versions.lock(name)).map(({ version, state }) => `${version} ${state}`);
      await versions.serve(one, 10n);
      await versions.serve(two, 20n);
      expect(await states()).toEqual(['1 retired', '2 serving', '3 building']);
      await versions.takeUp(two);
      expect((await found(name))[1]).toMatchObject({
        switchedPosition: 20n,
        switchedAt: expect.any(Date) as Date,
        takenUpAt: expect.any(Date) as Date,
      });
      await versions.serve(one, 30n);
      expect(await states()).toEqual(['1 serving', '2 retired', '3 building']);
      expect([await versions.forget(one), await versions.forget(two), await versions.forget(three)]).toEqual([
        false,
        false,
        true,
      ]);
      expect(await states()).toEqual(['1 serving', '2 retired']);
    });

    it('a switch that is rolled back has never been', async () => {
      const name = randomUUID();
      for (const version of [1, 2]) await versions.begin({ name, version });
      await versions.serve({ name, version: 1 }, 1n);
      const failed = new Error('roll back');
      const unit = subject.unitOfWork.run(async () => {
        await versions.serve({ name, version: 2 }, 2n);
        throw failed;
      });
      await expect(unit).rejects.toThrow(failed);
      expect((await found(name)).map(({ state }) => state)).toEqual(['serving', 'building']);
    });
  });
}

type Key = { readonly name: string; readonly version: number };

function record(position: bigint): LogRecord {
  const metadata = { correlationId: 'c' };
  const id = randomUUID();
  return { position, id, key: 'k', version: 1, type: 't', schemaVersion: 1, data: {}, metadata, time: new Date(0) };
}
