// Part of the event store's contract: what is read is what was written.
import { expect, it } from 'vitest';
import type { EventStore } from '../../core/index.js';
import { appendTo, deposited, deposits, newStream } from './event-store.support.js';

export function contractOfReading(store: () => EventStore): void {
  it('gives back what was appended, oldest first', async () => {
    const stream = newStream();
    const data = {
      text: 'ß € 😀 "quoted" \\',
      nested: { list: [1, -0.5, 1e21, null, true, {}] },
      empty: '',
      gone: undefined,
    };
    const metadata = { correlationId: 'c', causationId: 'e', actor: 'customer:alice', reason: 'test' };
    const event = deposited(1, { type: 'account.opened', schemaVersion: 3, data, metadata });
    const { gone: _gone, ...stored } = data;
    await store().append(appendTo(stream, { events: [event, ...deposits(1)] }));
    const read = await store().readStream(stream);
    expect(read).toHaveLength(2);
    expect(read[0]).toEqual({
      ...event,
      data: stored,
      stream,
      version: 1,
      position: expect.anything(),
      occurredAt: expect.any(Date),
    });
    expect(typeof read[0]!.position).toBe('bigint');
  });

  it('reads a part of a stream by version and by time, and nothing of a stream nobody wrote', async () => {
    const stream = newStream();
    await store().append(appendTo(stream, { events: deposits(5) }));
    const versions = async (options: Parameters<EventStore['readStream']>[1]) =>
      (await store().readStream(stream, options)).map(({ version }) => version);
    const last = (await store().readStream(stream)).at(-1)!;
    expect(await versions({ fromVersion: 4 })).toEqual([4, 5]);
    expect(await versions({ toVersion: 2 })).toEqual([1, 2]);
    expect(await versions({ fromVersion: 2, toVersion: 3 })).toEqual([2, 3]);
    expect(await versions({ until: last.occurredAt })).toEqual([1, 2, 3, 4, 5]);
    expect(await versions({ until: new Date(last.occurredAt.getTime() - 60_000) })).toEqual([]);
    expect(await store().readStream(newStream())).toEqual([]);
    expect(await store().streamVersion(newStream())).toBe(0);
  });
}
