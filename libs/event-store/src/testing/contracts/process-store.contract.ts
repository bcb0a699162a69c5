// What every process store keeps: one unit of work at a time per process, and each timer and signal in the inbound log exactly once.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../core/index.js';
import type { ProcessKey } from '../../processes/index.js';
import { contractOfProcessKeys } from './process-keys.contract.js';
import { newProcess, rollBack, type ProcessStoreSubject } from './process-store.support.js';
import { contractOfTimers } from './process-timers.contract.js';

export function describeProcessStore(name: string, open: () => Promise<ProcessStoreSubject>): void {
  describe(`${name}: process store`, () => {
    let subject: ProcessStoreSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterEach(async () => {
      await subject.pass(86_400_000);
      while ((await subject.processes.fireDue(1_000)).fired > 0);
    });
    afterAll(() => subject.close());

    const lock = ({ process, id }: ProcessKey, { start = false } = {}) =>
      subject.processes.lock(process, [id], new Set(start ? [id] : [])).then((locked) => locked.get(id));
    const find = (key: ProcessKey) => subject.unitOfWork.run(() => lock(key));
    const start = (key: ProcessKey, state: object = {}) =>
      subject.unitOfWork.run(async () => {
        const row = await lock(key, { start: true });
        await subject.processes.save({ ...row!, status: 'running', stateVersion: 1, state });
      });

    describe('a process', () => {
      it('has no row until it is to start; then it has one, called new', async () => {
        const key = newProcess();
        expect(await find(key)).toBeUndefined();
        const fresh = await subject.unitOfWork.run(() => lock(key, { start: true }));
        expect(fresh).toEqual({ ...key, status: 'new', stateVersion: 0, state: {}, undo: [], keys: [] });
      });

      it('is found as it was saved', async () => {
        const key = newProcess();
        const saved = {
          ...key,
          status: 'running' as const,
          stateVersion: 3,
          state: { total: { amountMinor: 12, currency: 'EUR' }, lines: [null, true, '🙂'], empty: {} },
          undo: [
            { undoes: randomUUID(), type: 'RefundPayment', data: { orderId: key.id } },
            { undoes: randomUUID(), type: 'CancelOrder', data: {} },
          ],
          compensation: {
            reason: 'for a test',
            by: 'os-user:olga',
            refused: [{ undoes: randomUUID(), type: 'Unship', data: { n: [1] }, code: 'gone', message: 'It is gone.' }],
          },
          keys: [],
        };
        await subject.unitOfWork.run(async () => {
          await lock(key, { start: true });
          await subject.processes.save(saved);
          expect(await lock(key)).toEqual(saved); // the unit sees its own writes
        });
        expect(await find(key)).toEqual(saved);
      });

      it('is saved with others in one call, all of them or none', async () => {
        const keys = [newProcess(), newProcess(), newProcess()];
        const save = (locked: readonly ProcessKey[]) =>
          subject.unitOfWork.run(async () => {
            for (const key of locked) await lock(key, { start: true });
            const saved = { status: 'running', stateVersion: 1, undo: [], keys: [] } as const;
            await subject.processes.save(...keys.map((key, n) => ({ ...saved, ...key, state: { n } })));
          });
        await expect(save(keys.slice(0, 2))).rejects.toThrow(InvalidRequestError); // the third was not locked
        expect(await Promise.all(keys.map(find))).toEqual([undefined, undefined, undefined]);
        await save(keys);
        expect((await Promise.all(keys.map(find))).map((row) => row?.state)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
      });

      it('stays as a tombstone when it is completed, also for what would start it', async () => {
        const key = newProcess();
        await start(key);
        await subject.unitOfWork.run(async () =>
          subject.processes.save({ ...(await lock(key))!, status: 'completed', state: { done: true } }),
        );
        const late = await subject.unitOfWork.run(() => lock(key, { start: true }));
        expect(late).toMatchObject({ status: 'completed', state: { done: true } });
      });

      it('leaves nothing behind when its unit commits without saving it', async () => {
        const [saved, unsaved] = [newProcess(), newProcess()];
        await subject.unitOfWork.run(async () => {
          const ids = [saved.id, unsaved.id];
          const rows = await subject.processes.lock('checkout', ids, new Set(ids));
          await subject.processes.save({ ...rows.get(saved.id)!, status: 'running', stateVersion: 1 });
        });
        expect([(await find(saved))?.status, await find(unsaved)]).toEqual(['running', undefined]);
      });

      it('leaves nothing behind when its unit rolls back', async () => {
        const [fresh, known] = [newProcess(), newProcess()];
        await start(known, { count: 1 });
        const failing = subject.unitOfWork.run(async () => {
          for (const key of [fresh, known]) {
            const row = await lock(key, { start: true });
            await subject.processes.save({ ...row!, status: 'running', stateVersion: 9, state: { count: 9 } });
          }
          throw rollBack;
        });
        await expect(failing).rejects.toThrow(rollBack);
        expect(await find(fresh)).toBeUndefined();
        expect(await find(known)).toMatchObject({ stateVersion: 1, state: { count: 1 } });
      });

      it('is another one under the same id of another process manager', async () => {
        const key = newProcess('checkout');
        await start(key, { of: 'checkout' });
        expect(await find({ ...key, process: 'returns' })).toBeUndefined();
        await start({ ...key, process: 'returns' }, { of: 'returns' });
        expect(await find(key)).toMatchObject({ process: 'checkout', state: { of: 'checkout' } });
      });

      it('is locked with others in one call, which answers with those that have a row', async () => {
        const [known, fresh, unknown] = [newProcess(), newProcess(), newProcess()];
        await start(known);
        const ids = [unknown.id, fresh.id, known.id, known.id];
        const rows = await subject.unitOfWork.run(() =>
          subject.processes.lock('checkout', ids, new Set([fresh.id, known.id, newProcess().id])),
        );
        expect(new Map([...rows].map(([id, { status }]) => [id, status]))).toEqual(
          new Map([
            [known.id, 'running'],
            [fresh.id, 'new'],
          ]),
        );
        expect(await subject.unitOfWork.run(() => subject.processes.lock('checkout', [], new Set()))).toEqual(
          new Map(),
        );
      });

      it('takes one unit of work at a time, also when all of them start it', async () => {
        const key = newProcess();
        await Promise.all(
          Array.from({ length: 8 }, () =>
            subject.unitOfWork.run(async () => {
              const row = (await lock(key, { start: true }))!;
              const { count = 0 } = row.state as { count?: number };
              await subject.processes.save({ ...row, status: 'running', stateVersion: 1, state: { count: count + 1 } });
            }),
          ),
        );
        expect(await find(key)).toMatchObject({ state: { count: 8 } });
      });

      it('cannot be saved without a row, nor touched outside a unit of work', async () => {
        const key = newProcess();
        const row = { ...key, status: 'running', stateVersion: 1, state: {}, undo: [], keys: [] } as const;
        await expect(subject.unitOfWork.run(() => subject.processes.save(row))).rejects.toThrow(InvalidRequestError);
        await expect(lock(key, { start: true })).rejects.toThrow(InvalidRequestError);
        await expect(subject.processes.save(row)).rejects.toThrow(InvalidRequestError);
        expect(await find(key)).toBeUndefined();
      });
    });

    contractOfProcessKeys(() => subject);
    contractOfTimers(() => subject);
  });
}
