// Part of the event store's contract: rows of former schemas, names and events. What they are today, an aggregate sees; versions stay those of the rows.
import { expect, it } from 'vitest';
import {
  aggregateEvents,
  AggregateStore,
  EventRegistry,
  streamName,
  systemClock,
  systemIds,
  type EncodedEvent,
} from '../../core/index.js';
import { deposited, type StoreUnderContract } from './event-store.support.js';
import { oldShelfRows, Shelf } from '../shelf.js';

export function contractOfSchemaEvolution(opened: () => StoreUnderContract): void {
  const setUp = async (...rows: readonly EncodedEvent[]) => {
    const { store: events } = opened();
    const id = systemIds.next();
    const stream = streamName('shelf', id);
    await events.append({ stream, expected: 'no-stream', events: rows.map((row) => deposited(0, row)) });
    const registry = new EventRegistry().register(...aggregateEvents(Shelf));
    return { id, shelves: new AggregateStore(Shelf, { events, registry, clock: systemClock, ids: systemIds }) };
  };
  const { filled, nothing, stocked, dusted } = oldShelfRows;

  it('gives an aggregate all parts of each row, and counts the rows', async () => {
    const { id, shelves } = await setUp(filled, dusted, stocked, nothing);
    const shelf = await shelves.load(id);
    expect(shelf.state).toEqual({ titles: ['Emma', 'Ulysses', 'Faust'], remarks: 1 });
    expect([shelf.version, shelf.storedVersion]).toEqual([4, 4]);
  });

  it('appends behind such rows under the present name and version, and leaves them as they are', async () => {
    const { id, shelves } = await setUp(filled, dusted);
    expect(await shelves.update(id, (shelf) => shelf.stock('Faust'))).toMatchObject({ firstVersion: 3, version: 3 });
    const rows = (await shelves.history(id)).map(({ type, schemaVersion, data }) => ({ type, schemaVersion, data }));
    const written = { type: 'shelf.stocked', schemaVersion: 3, data: { title: 'Faust', copies: 1 } };
    expect(rows).toEqual([filled, dusted, written]);
    expect((await shelves.load(id)).state.titles).toEqual(['Emma', 'Ulysses', 'Faust']);
  });

  it('travels in time by rows, never to a place between the parts of one', async () => {
    const { id, shelves } = await setUp(dusted, filled, stocked);
    expect((await shelves.loadAt(id, 1)).state).toEqual({ titles: [], remarks: 0 });
    expect((await shelves.loadAt(id, 2)).state).toEqual({ titles: ['Emma', 'Ulysses'], remarks: 1 });
    expect(await shelves.diff(id, 0, 1)).toEqual([]);
    expect(await shelves.exists(id)).toBe(true);
  });
}
