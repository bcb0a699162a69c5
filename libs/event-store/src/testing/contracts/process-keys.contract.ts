// What every process store keeps of further keys: each leads to one process for ever, whoever wants it or starts under it at the same time.
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../core/index.js';
import type { ProcessKey } from '../../processes/index.js';
import { newProcess, rollBack, type ProcessStoreSubject } from './process-store.support.js';

export function contractOfProcessKeys(open: () => ProcessStoreSubject): void {
  describe('a further key of a process', () => {
    const newKey = () => `payment-${newProcess().id}`;
    const inUnit = <T>(work: () => Promise<T>) => open().unitOfWork.run(work);
    const find = (key: string, { start = false } = {}) =>
      inUnit(() => open().processes.lock('checkout', [key], new Set(start ? [key] : []))).then((rows) => rows.get(key));
    /** What could not be had. In the order of process managers, whose rows are written at the end of a unit. */
    const startAndLearn = async ({ process, id }: ProcessKey, keys: readonly string[]) =>
      inUnit(async () => {
        const { processes } = open();
        const row = (await processes.lock(process, [id], new Set([id]))).get(id)!;
        const taken = await processes.learn(row, keys);
        await processes.save({ ...row, status: 'running', stateVersion: 1, state: {} });
        return taken;
      });

    it('leads to it as its id does, and is named with it; several may lead to the same', async () => {
      const owner = newProcess();
      const [one, two] = [newKey(), newKey()];
      expect(await startAndLearn(owner, [one, two])).toEqual([]);
      const keys = [one, two].toSorted();
      const wanted = [owner.id, two, newKey(), one];
      const rows = await inUnit(() => open().processes.lock('checkout', wanted, new Set()));
      expect(new Map([...rows].map(([key, row]) => [key, [row.id, row.keys]]))).toEqual(
        new Map([owner.id, two, one].map((key) => [key, [owner.id, keys]])),
      );
      expect(await find(one)).toMatchObject({ id: owner.id, status: 'running' });
    });

    it('is known to the unit that has learned it, and to nobody when that rolls back', async () => {
      const [owner, key] = [newProcess(), newKey()];
      await startAndLearn(owner, []);
      const failing = inUnit(async () => {
        const { processes } = open();
        await processes.lock('checkout', [owner.id], new Set());
        await processes.learn(owner, [key]);
        expect((await processes.lock('checkout', [key], new Set())).get(key)?.id).toBe(owner.id);
        throw rollBack;
      });
      await expect(failing).rejects.toThrow(rollBack);
      expect(await find(key)).toBeUndefined();
    });

    it('may be learned again by the process that has it', async () => {
      const [owner, key] = [newProcess(), newKey()];
      for (let times = 0; times < 2; times += 1) expect(await startAndLearn(owner, [key])).toEqual([]);
      expect((await find(key))?.keys).toEqual([key]);
    });

    it('leads to it also when it is completed, for what would start a process too, and leaves no other behind', async () => {
      const [owner, key] = [newProcess(), newKey()];
      await startAndLearn(owner, [key]);
      await inUnit(async () => {
        const { processes } = open();
        const row = (await processes.lock('checkout', [key], new Set([key]))).get(key)!;
        await processes.save({ ...row, status: 'completed' });
      });
      expect(await find(key, { start: true })).toMatchObject({ id: owner.id, status: 'completed' });
      expect(await inUnit(() => open().processes.learn(owner, [newKey()]))).toEqual([]); // a row called `new` would be in the way
    });

    it('is not had by two: whoever wants a key or an id of another is told whose it is', async () => {
      const [owner, other, key, free] = [newProcess(), newProcess(), newKey(), newKey()];
      await startAndLearn(owner, [key]);
      const taken = await startAndLearn(other, [key, owner.id, free]);
      expect(taken.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual(
        [
          { key, id: owner.id },
          { key: owner.id, id: owner.id },
        ].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
      );
      expect((await find(key))?.id).toBe(owner.id);
    });

    it('is another one for another process manager', async () => {
      const [owner, key] = [newProcess(), newKey()];
      await startAndLearn(owner, [key]);
      expect(await startAndLearn(newProcess('returns'), [key])).toEqual([]);
      expect((await find(key))?.id).toBe(owner.id);
    });

    it('goes to one of several units that want it at the same time, and the others are told', async () => {
      const key = newKey();
      const owners = Array.from({ length: 6 }, () => newProcess());
      const taken = await Promise.all(owners.map((owner) => startAndLearn(owner, [key])));
      const winner = (await find(key))!.id;
      expect(taken).toEqual(owners.map(({ id }) => (id === winner ? [] : [{ key, id: winner }])));
    });

    it('or to a process that starts under it at the same time: never to both', async () => {
      for (let round = 0; round < 10; round += 1) {
        const key = newKey();
        const [taken, started] = await Promise.all([
          startAndLearn(newProcess(), [key]),
          inUnit(async () => {
            const { processes } = open();
            const row = (await processes.lock('checkout', [key], new Set([key]))).get(key)!;
            if (row.status === 'new') await processes.save({ ...row, status: 'running', stateVersion: 1 });
            return row;
          }),
        ]);
        expect(taken).toEqual(started.id === key ? [{ key, id: key }] : []);
        expect((await find(key))?.id).toBe(started.id);
      }
    });

    it('is learned only inside a unit of work', async () => {
      await expect(open().processes.learn(newProcess(), [newKey()])).rejects.toThrow(InvalidRequestError);
    });
  });
}
