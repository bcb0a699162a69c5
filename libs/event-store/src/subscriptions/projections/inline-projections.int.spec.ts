// Inline projections on PostgreSQL: the row and the append share one transaction.
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { Event, EventRegistry, systemIds, type Class, type EventContext, type EventStore } from '../../core/index.js';
import { withInlineProjections, type ProjectionHandler } from '../index.js';

@Event('door.opened')
class DoorOpened {
  constructor(readonly times: number) {}
}

let opened: TestStore;
let store: EventStore;
let fails = false;

beforeAll(async () => {
  opened = await openTestStore();
  await opened.dataSource.query('CREATE TABLE doors (id text, version int, times int)');
  const count: ProjectionHandler = async (event, { stream, version }: EventContext, db) => {
    const { times } = event as DoorOpened;
    await (db as EntityManager).query('INSERT INTO doors VALUES ($1, $2, $3)', [stream.id, version, times]);
    if (fails) throw new Error('the projection fails');
  };
  const handlers = new Map<Class, ProjectionHandler>([[DoorOpened, count]]);
  const registry = new EventRegistry().register(DoorOpened);
  store = withInlineProjections(opened.store, opened.unitOfWork, registry, [{ name: 'doors', version: 1, handlers }]);
});
afterAll(() => opened.close());
beforeEach(async () => {
  fails = false;
  await opened.dataSource.query('TRUNCATE doors');
});

const rows = () => opened.dataSource.query<object[]>('SELECT id, version, times FROM doors ORDER BY version');
const opening = (stream: string, id = systemIds.next()) => ({
  stream,
  expected: 'no-stream' as const,
  events: [{ id, type: 'door.opened', schemaVersion: 1, data: { times: 2 }, metadata: { correlationId: 'c' } }],
});

it('writes the row in the transaction of the append', async () => {
  await store.append(opening('door-front'));
  expect(await rows()).toEqual([{ id: 'front', version: 1, times: 2 }]);
  expect(await store.streamVersion('door-front')).toBe(1);
});

it('rolls the append back when the projection fails, and the row with it', async () => {
  fails = true;
  await expect(store.append(opening('door-back'))).rejects.toThrow('the projection fails');
  expect(await rows()).toEqual([]);
  expect(await store.streamVersion('door-back')).toBe(0);
});

it('writes nothing when the same append comes again', async () => {
  const again = opening('door-side');
  await store.append(again);
  expect((await store.append(again)).repeated).toBe(true);
  expect(await rows()).toHaveLength(1);
});
