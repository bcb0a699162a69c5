// Part of the event store's contract: appends to several streams that stand or fall together.
import { expect, it } from 'vitest';
import { appendTogether, InvalidRequestError, WrongExpectedVersionError } from '../../core/index.js';
import { appendTo, deposits, newStream, type StoreUnderContract } from './event-store.support.js';

export function contractOfAppendTogether(opened: () => StoreUnderContract): void {
  const together = (...requests: Parameters<typeof appendTogether>[1]) =>
    appendTogether({ events: opened().store, unitOfWork: opened().unitOfWork }, requests);
  const versions = (...streams: string[]) => Promise.all(streams.map((stream) => opened().store.streamVersion(stream)));

  it('appends to several streams, each on the version it expects, and answers in the order asked', async () => {
    const [one, other] = [newStream('b'), newStream('a')];
    await opened().store.append(appendTo(other, { events: deposits(3) }));
    // #region together
    const { store: events, unitOfWork } = opened();
    const results = await appendTogether({ events, unitOfWork }, [
      { stream: one, expected: 'no-stream', events: deposits(2) },
      { stream: other, expected: 3, events: deposits(1) },
    ]);
    // #endregion together
    expect(results.map(({ stream, firstVersion, version }) => [stream, firstVersion, version])).toEqual([
      [one, 1, 2],
      [other, 4, 4],
    ]);
    expect(await versions(one, other)).toEqual([2, 4]);
  });

  it('stores nothing at all when one of them is too late, and says which', async () => {
    const [one, other] = [newStream('a'), newStream('b')];
    await opened().store.append(appendTo(other));
    const late = together(
      { stream: one, expected: 'no-stream', events: deposits(2) },
      { stream: other, expected: 'no-stream', events: deposits(1) },
    );
    await expect(late).rejects.toMatchObject({ code: 'ES-1001', stream: other, actual: 1 });
    await expect(late).rejects.toBeInstanceOf(WrongExpectedVersionError);
    expect(await versions(one, other)).toEqual([0, 1]);
  });

  it('takes either all of one or all of the other when two cross', async () => {
    const streams = [newStream('a'), newStream('b')] as const;
    const requests = streams.map((stream) => ({ stream, expected: 'no-stream' as const, events: deposits(1) }));
    const crossing = await Promise.allSettled([
      together(...requests.map((request) => ({ ...request, events: deposits(2) }))),
      together(...requests.toReversed().map((request) => ({ ...request, events: deposits(3) }))),
    ]);
    expect(crossing.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [a, b] = await versions(...streams);
    expect(a).toBe(b);
  });

  it('refuses no appends, and a stream twice', async () => {
    const stream = newStream();
    await expect(together()).rejects.toBeInstanceOf(InvalidRequestError);
    await expect(together(appendTo(stream), appendTo(stream))).rejects.toThrow(`${stream} is there twice`);
    expect(await versions(stream)).toEqual([0]);
  });
}
