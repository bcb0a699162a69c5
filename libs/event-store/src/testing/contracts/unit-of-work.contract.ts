// Part of the event store's contract: what several writes in one unit of work promise.
import { expect, it } from 'vitest';
import {
  currentTransaction,
  UnitOfWorkClosedError,
  UnitOfWorkRolledBackError,
  WrongExpectedVersionError,
  type EventToAppend,
} from '../../core/index.js';
import { appendTo, commandOn, deposited, deposits, newStream, type StoreUnderContract } from './event-store.support.js';

export function contractOfUnitOfWork(opened: () => StoreUnderContract): void {
  const versions = (...streams: string[]) => Promise.all(streams.map((stream) => opened().store.streamVersion(stream)));

  const appendElsewhere = (events: EventToAppend[]) => opened().store.append(appendTo(newStream(), { events }));

  it('commits appends to several streams together, visible inside at once and outside only then', async () => {
    const { store, unitOfWork } = opened();
    const [one, other] = [newStream(), newStream()];
    let committed = false;
    const seen = await unitOfWork.run(async (transaction) => {
      transaction.onCommit(() => (committed = true));
      await store.append(appendTo(one, { expected: 'no-stream', events: deposits(2) }));
      await store.append(appendTo(one, { expected: 2 }));
      await store.append(appendTo(other, { expected: 'any' }));
      expect(committed).toBe(false);
      return versions(one, other);
    });
    expect(seen).toEqual([3, 1]);
    expect(committed).toBe(true);
    expect(await versions(one, other)).toEqual([3, 1]);
  });

  it('stores nothing of a unit whose work throws, runs no callback, and passes the error on', async () => {
    const { store, unitOfWork } = opened();
    const stream = newStream();
    const command = commandOn(stream);
    let committed = false;
    const run = unitOfWork.run(async (transaction) => {
      transaction.onCommit(() => (committed = true));
      await store.append(appendTo(stream, { command }));
      throw new Error('no after all');
    });
    await expect(run).rejects.toThrow('no after all');
    expect(committed).toBe(false);
    expect(await versions(stream)).toEqual([0]);
    expect(await store.findCommand(command)).toBeUndefined();
  });

  it('joins an open unit of work instead of opening another', async () => {
    const { store, unitOfWork } = opened();
    const [one, other] = [newStream(), newStream()];
    const run = unitOfWork.run(async (outer) => {
      await store.append(appendTo(one));
      await unitOfWork.run(async (inner) => {
        expect(inner).toBe(outer);
        expect(currentTransaction()).toBe(outer);
        await store.append(appendTo(other));
      });
      throw new Error('both go');
    });
    await expect(run).rejects.toThrow('both go');
    expect(await versions(one, other)).toEqual([0, 0]);
    expect(currentTransaction()).toBeUndefined();
  });

  it.each<[string, string | undefined, (stream: string) => Promise<unknown>]>([
    ['a lost race', 'ES-1001', (stream) => opened().store.append(appendTo(stream, { expected: 7 }))],
    ['an id that is taken', 'ES-1002', (stream) => appendElsewhere([deposited(1, { id: idOf(stream) })])],
    [
      'a later id that is taken',
      'ES-1002',
      (stream) => appendElsewhere([deposited(), deposited(1, { id: idOf(stream) })]),
    ],
    ['an event that cannot be stored', 'ES-1003', () => appendElsewhere([deposited(Number.NaN)])],
    ['a failed inner unit', undefined, () => opened().unitOfWork.run(() => Promise.reject(new Error('inner')))],
  ])('rolls a unit back after %s, also when the error was swallowed', async (_, code, fail) => {
    const { store, unitOfWork } = opened();
    const stream = newStream();
    let cause: unknown;
    const run = unitOfWork.run(async () => {
      await store.append(appendTo(stream, { events: [deposited(5, { id: idOf(stream) })] }));
      await fail(stream).catch((error: unknown) => (cause = error));
    });
    const refused = await run.catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UnitOfWorkRolledBackError);
    expect(refused).toMatchObject({ code: 'ES-1102', cause });
    expect((cause as { code?: string }).code).toBe(code);
    expect(await versions(stream)).toEqual([0]);
  });

  it('answers a repeat inside a unit of work, which still commits', async () => {
    const { store, unitOfWork } = opened();
    const stream = newStream();
    const request = appendTo(stream, { expected: 'no-stream', events: deposits(2), command: commandOn(stream) });
    const first = await store.append(request);
    const repeats = await unitOfWork.run(async () => {
      const fresh = appendTo(stream, { expected: 2, command: commandOn(stream) });
      await store.append(fresh);
      return [await store.append(request), await store.append({ ...fresh, events: deposits(2) })];
    });
    expect(repeats[0]).toEqual({ ...first, repeated: true });
    expect(repeats[1]).toMatchObject({ firstVersion: 3, version: 3, repeated: true });
    expect(await versions(stream)).toEqual([3]);
  });

  it('refuses a call that outlived its unit of work', async () => {
    const { store, unitOfWork } = opened();
    const stream = newStream();
    let release = (): void => undefined;
    const ended = new Promise<void>((resolve) => (release = resolve));
    let late: Promise<unknown> | undefined;
    await unitOfWork.run(async () => {
      late = ended.then(() => store.append(appendTo(stream))).catch((error: unknown) => error);
      return Promise.resolve();
    });
    release();
    expect(await late).toBeInstanceOf(UnitOfWorkClosedError);
    expect(await versions(stream)).toEqual([0]);
  });

  it('lets one of two units that build on the same version commit, whole', async () => {
    const { store, unitOfWork } = opened();
    const [stream, one, other] = [newStream(), newStream(), newStream()];
    await store.append(appendTo(stream));
    const build = (beside: string) =>
      unitOfWork.run(async () => {
        await store.append(appendTo(beside));
        await store.append(appendTo(stream, { expected: 1 }));
      });
    const outcomes = await Promise.allSettled([build(one), build(other)]);
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(lost).toHaveLength(1);
    expect(lost[0]!.reason).toBeInstanceOf(WrongExpectedVersionError);
    expect((await versions(one, other)).sort((a, b) => a - b)).toEqual([0, 1]);
    expect(await versions(stream)).toEqual([2]);
  });
}

/** A UUID that belongs to a stream of {@link newStream}: the one in its name. */
function idOf(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1);
}
