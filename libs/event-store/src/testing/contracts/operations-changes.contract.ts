// What the port of operators' changes keeps, whatever the context is stored in: what it does is recorded, and what was so already is not.
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { processSubject, type OperatedContext } from '../../operations/index.js';
import type { OperationsSubject } from './operations-parked.contract.js';

const by = { actor: 'operator:olga', reason: 'mended' };

/** `opened` is asked once, before the first test. */
export function describeOperatorChanges(opened: () => OperationsSubject): void {
  let subject: OperationsSubject;
  let context: OperatedContext;
  beforeAll(() => {
    subject = opened();
    ({ context } = subject);
  });

  it('a read model is paused in all of its segments, and no other is; and goes on', async () => {
    const name = `view${randomUUID().slice(0, 8)}@v1`;
    const initial = async () => ({ epoch: 'e', position: 0n });
    for (const one of [`${name}/0-of-2`, `${name}/1-of-2`, `${name}1`, `${name}/other`])
      await subject.checkpoints.acquire({ name: one, log: 'events' }, 'me', 60_000, initial);
    const paused = async () =>
      (await subject.checkpoints.list()).filter((one) => one.name.startsWith(name) && one.paused);
    expect(await context.changes.projection('resume', name, by)).toBe(false);
    expect(await context.changes.projection('pause', name, by)).toBe(true);
    expect(await context.changes.projection('pause', name, by)).toBe(false);
    expect((await paused()).map((one) => [one.name, one.paused!.by, one.paused!.reason, one.owner])).toEqual([
      [`${name}/0-of-2`, by.actor, by.reason, undefined],
      [`${name}/1-of-2`, by.actor, by.reason, undefined],
    ]);
    expect(await context.changes.projection('resume', name, by)).toBe(true);
    expect(await paused()).toEqual([]);
    expect(await context.operations.of(`${context.name}/${name}`)).toMatchObject([
      { ...by, action: 'projection.resume', detail: { position: '0' } },
      { ...by, action: 'projection.pause', detail: { position: '0' } },
    ]);
  });

  it('what is discarded is given up for good where the checkpoint stands before it', async () => {
    const of = { name: `lab/${randomUUID()}`, log: 'outgoing' } as const;
    const lease = await subject.checkpoints.acquire(of, 'me', 60_000, async () => ({ epoch: 'e', position: 0n }));
    await subject.checkpoints.release(lease!);
    const record = { position: 7n, id: randomUUID(), type: 'Ship', key: 'crate-1' };
    await context.parking.setAside(of, record, { attempts: 8, reason: 'E: no', delayMs: undefined });
    expect(await context.changes.parked('discard', [{ ...of, position: 7n }], by)).toEqual([{ ...of, position: 7n }]);
    expect(await context.parking.isDiscarded(of, record)).toBe(true);
  });

  it("no other subscription is paused, and what a division has handed over is nobody's to let go on", async () => {
    const name = `view${randomUUID().slice(0, 8)}@v1`;
    const initial = async () => ({ epoch: 'e', position: 0n });
    for (const one of [`${name}/0-of-2`, `Publisher${name.slice(0, 9)}`])
      await subject.checkpoints.acquire({ name: one, log: 'events' }, 'me', 60_000, initial);
    await expect(context.changes.projection('pause', `Publisher${name.slice(0, 9)}`, by)).rejects.toThrow(
      '@v<version>',
    );
    await expect(context.changes.projection('pause', name, { ...by, actor: 'division' })).rejects.toThrow('division');
    await context.control.pause({ name: `${name}/0-of-2`, log: 'events' }, { by: 'division', reason: 'another build' });
    expect(await context.changes.projection('resume', name, by)).toBe(false);
    const [handedOver] = (await subject.checkpoints.list()).filter((one) => one.name.startsWith(name));
    expect(handedOver!.paused!.by).toBe('division');
  });

  it('a process is told to compensate, by its id or a further key; one that has not started is not', async () => {
    const [process, id, key] = ['trip', randomUUID(), randomUUID()];
    const undo = [{ id: randomUUID(), type: 'CancelSeat', data: {}, place: 1 }];
    const { processes, unitOfWork } = subject;
    expect(await context.changes.compensate({ process, id }, by)).toBeUndefined();
    await unitOfWork.run(async () => {
      const row = (await processes.lock(process, [id], new Set([id]))).get(id)!;
      await processes.learn(row, [key]);
      await processes.save({ ...row, status: 'running', undo: undo as unknown as typeof row.undo });
    });
    for (const name of [id, key]) {
      const signalId = await context.changes.compensate({ process, id: name }, by);
      expect(signalId).toMatch(/^[0-9a-f-]{36}$/);
      const { last } = await context.facts.endOf('inbound', 0);
      expect(await context.logs.inbound.readAt(last)).toMatchObject({
        id: signalId,
        key: `${process}/${name}`,
        type: 'process.compensate',
        data: { process, id: name, ...by },
        metadata: { correlationId: signalId, ...by },
      });
      expect(await context.operations.of(processSubject(context.name, { process, id: name }))).toMatchObject([
        { ...by, action: 'process.compensate', detail: { undo: 1, messageId: signalId } },
      ]);
    }
  });
}
