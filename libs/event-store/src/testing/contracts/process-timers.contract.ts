// Part of the process store's contract: timers and rejections become records of the inbound log, each exactly once.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../core/index.js';
import type { ProcessSignal, ProcessTimer } from '../../processes/index.js';
import { newProcess, rollBack, signalsOf, type ProcessStoreSubject } from './process-store.support.js';

const metadata = { correlationId: 'c', causationId: 'e', actor: 'process:checkout' };

export function contractOfTimers(opened: () => ProcessStoreSubject): void {
  const timer = (fields: Partial<ProcessTimer> = {}): ProcessTimer => ({
    ...newProcess(),
    timerId: randomUUID(),
    name: 'deadline',
    afterMs: 60_000,
    metadata,
    ...fields,
  });
  const schedule = (...timers: ProcessTimer[]) => opened().unitOfWork.run(() => opened().processes.schedule(timers));

  describe('a timer', () => {
    it('fires when its time has come, not before, and says when that is', async () => {
      const subject = opened();
      const one = timer();
      await schedule(one);
      const early = await subject.processes.fireDue(10);
      expect(early.fired).toBe(0);
      expect(early.nextInMs).toBeGreaterThan(30_000);
      expect(early.nextInMs).toBeLessThanOrEqual(60_000);
      await subject.pass(60_000);
      expect(await subject.processes.fireDue(10)).toEqual({ fired: 1, nextInMs: undefined });
      expect(await signalsOf(subject, one)).toMatchObject([
        {
          position: expect.any(BigInt) as bigint,
          id: one.timerId,
          key: `checkout/${one.id}`,
          type: 'process.timer',
          version: 0,
          schemaVersion: 1,
          data: { process: 'checkout', id: one.id, name: 'deadline' },
          metadata,
          time: expect.any(Date) as Date,
        },
      ]);
    });

    it('fires in the order of the due times, as many at once as asked for', async () => {
      const subject = opened();
      const key = newProcess();
      const named = (name: string, afterMs: number) => timer({ ...key, name, afterMs });
      await schedule(named('third', 3_000), named('first', 1_000), named('second', 2_000), named('late', 900_000));
      await subject.pass(10_000);
      const names = async () => (await signalsOf(subject, key)).map(({ data }) => (data as { name: string }).name);
      expect(await subject.processes.fireDue(2)).toEqual({ fired: 2, nextInMs: 0 });
      expect(await names()).toEqual(['first', 'second']);
      const rest = await subject.processes.fireDue(2);
      expect(rest.fired).toBe(1);
      expect(rest.nextInMs).toBeGreaterThan(600_000);
      expect(await names()).toEqual(['first', 'second', 'third']);
    });

    it('may be due at once', async () => {
      const one = timer({ afterMs: 0 });
      await schedule(one);
      expect(await opened().processes.fireDue(10)).toEqual({ fired: 1, nextInMs: undefined });
    });

    it('is scheduled once: its id is known while it waits and after it has fired', async () => {
      const subject = opened();
      const one = timer();
      await schedule(one, one);
      await schedule({ ...one, name: 'other', afterMs: 0 });
      expect((await subject.processes.fireDue(10)).fired).toBe(0);
      await subject.pass(60_000);
      expect((await subject.processes.fireDue(10)).fired).toBe(1);
      await schedule({ ...one, afterMs: 60_000 });
      expect(await subject.processes.fireDue(10)).toEqual({ fired: 0, nextInMs: undefined });
      expect(await signalsOf(subject, one)).toHaveLength(1);
    });

    it('commits and rolls back with the unit of work that schedules it, and needs one', async () => {
      const subject = opened();
      const one = timer({ afterMs: 0 });
      const failing = subject.unitOfWork.run(async () => {
        await subject.processes.schedule([one]);
        throw rollBack;
      });
      await expect(failing).rejects.toThrow(rollBack);
      await expect(subject.processes.schedule([one])).rejects.toThrow(InvalidRequestError);
      await schedule();
      expect(await subject.processes.fireDue(10)).toEqual({ fired: 0, nextInMs: undefined });
    });

    it('fires once, however many fire at the same time', async () => {
      const subject = opened();
      const key = newProcess();
      await schedule(...Array.from({ length: 50 }, () => timer({ ...key, afterMs: 0 })));
      const passes = await Promise.all(Array.from({ length: 8 }, () => subject.processes.fireDue(10)));
      expect(passes.reduce((sum, { fired }) => sum + fired, 0)).toBe(50);
      expect(new Set((await signalsOf(subject, key)).map(({ id }) => id)).size).toBe(50);
      expect(await signalsOf(subject, key)).toHaveLength(50);
    });

    it('wakes whoever fires timers, also when it was scheduled before they began to wait', async () => {
      const { processes } = opened();
      const never = new AbortController().signal;
      const woken: string[] = [];
      await processes.fireDue(10);
      await schedule(timer({ afterMs: 500 }));
      await processes.changed(600_000, never).then(() => woken.push('by one scheduled before'));
      await processes.fireDue(10);
      const waiting = processes.changed(600_000, never).then(() => woken.push('by one scheduled meanwhile'));
      await schedule(timer({ afterMs: 500 }));
      await waiting;
      await processes.fireDue(10);
      const stopping = new AbortController();
      const stopped = processes.changed(600_000, stopping.signal).then(() => woken.push('by being stopped'));
      expect(woken).toHaveLength(2);
      stopping.abort();
      await stopped;
      expect(woken).toHaveLength(3);
    });

    it('is never fired inside a unit of work, which would hold it until its end', async () => {
      const one = timer({ afterMs: 0 });
      await schedule(one);
      const inside = opened().unitOfWork.run(() => opened().processes.fireDue(10));
      await expect(inside).rejects.toThrow(InvalidRequestError);
      expect((await opened().processes.fireDue(10)).fired).toBe(1);
    });
  });

  describe('a signal', () => {
    const rejection = (fields: Partial<ProcessSignal> = {}): ProcessSignal => ({
      ...newProcess(),
      signalId: randomUUID(),
      kind: 'rejection',
      data: {
        commandId: randomUUID(),
        commandType: 'CapturePayment',
        commandData: { orderId: '1', amountMinor: 1_300 },
        code: 'card-declined',
        message: 'The card was declined.',
      },
      metadata,
      ...fields,
    });

    it('reaches its process as a record', async () => {
      const subject = opened();
      const one = rejection();
      await subject.processes.signal(one);
      expect(await signalsOf(subject, one)).toMatchObject([
        {
          position: expect.any(BigInt) as bigint,
          id: one.signalId,
          key: `checkout/${one.id}`,
          type: 'process.rejection',
          version: 0,
          schemaVersion: 1,
          data: { process: 'checkout', id: one.id, ...one.data },
          metadata,
          time: expect.any(Date) as Date,
        },
      ]);
    });

    it('is stored once, also when it is told many times at once', async () => {
      const subject = opened();
      const one = rejection();
      await Promise.all(Array.from({ length: 5 }, () => subject.processes.signal(one)));
      await subject.processes.signal({ ...one, data: { ...one.data, message: 'other' } });
      const found = await signalsOf(subject, one);
      expect(found.map(({ data }) => (data as { message: string }).message)).toEqual(['The card was declined.']);
    });

    it('is known from then on, also to its own unit of work', async () => {
      const { processes, unitOfWork } = opened();
      const [one, two] = [rejection(), rejection()];
      expect(await processes.hasSignal(one.signalId)).toBe(false);
      await processes.signal(one);
      const known = await unitOfWork.run(async () => {
        await processes.signal(two);
        return processes.hasSignal(two.signalId);
      });
      expect([await processes.hasSignal(one.signalId), known]).toEqual([true, true]);
    });

    it('commits and rolls back with an open unit of work', async () => {
      const subject = opened();
      const [lost, kept] = [rejection(), rejection()];
      const failing = subject.unitOfWork.run(async () => {
        await subject.processes.signal(lost);
        throw rollBack;
      });
      await expect(failing).rejects.toThrow(rollBack);
      await subject.unitOfWork.run(() => subject.processes.signal(kept));
      expect([await signalsOf(subject, lost), await signalsOf(subject, kept)]).toMatchObject([
        [],
        [{ id: kept.signalId }],
      ]);
    });
  });
}
