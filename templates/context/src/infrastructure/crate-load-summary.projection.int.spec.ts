// The read model in rows: what each event does to it, on the tables of the migrations.
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSourceConnection } from '@app/event-store';
import { eventsOf, givenProjection } from '@app/event-store/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/postgres.js';
import { CrateLoadClosed, CrateLoadOpened } from '../domain/crate-load.events.js';
import { CrateLoadSummariesRepository } from './crate-load-summaries.repository.js';
import { CrateLoadSummary } from './crate-load-summary.entity.js';
import { CrateLoadSummaryProjection } from './crate-load-summary.projection.js';
import { migrations } from './migrations/index.js';

const id = '0198c0de-0000-7000-8000-000000000001';
const otherId = '0198c0de-0000-7000-8000-000000000002';
const opened = new CrateLoadOpened('The first one', 'alice');
const closed = new CrateLoadClosed('Done.', 'customer');

describe('the crate load summary', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    const connection = dataSourceConnection({ url: database.url, applicationName: 'crate-load-summary' });
    source = new DataSource({ ...connection, entities: [CrateLoadSummary], migrations });
    await source.initialize();
    await source.runMigrations();
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it('has a row for what is opened, and keeps them apart', () =>
    givenProjection(
      CrateLoadSummaryProjection,
      eventsOf(`crate_load-${id}`, opened),
      eventsOf(`crate_load-${otherId}`, new CrateLoadOpened('Asked for by a message'), closed),
    )
      .in(source)
      .thenRows(CrateLoadSummary, [
        { id, subject: 'The first one', openedBy: 'alice', status: 'open', closeReason: null, version: 1 },
        { id: otherId, openedBy: null, status: 'closed', closeReason: 'Done.', version: 2 },
      ]));

  it('is listed newest first, by who opened it, by status, and page by page', async () => {
    const rows = source.getRepository(CrateLoadSummary);
    const times = { openedAt: new Date(0), updatedAt: new Date(0) };
    const row = { subject: 'x', openedBy: 'alice', status: 'open', closeReason: null, version: 1, ...times } as const;
    await rows.clear();
    await rows.insert([
      { ...row, id, openedPosition: 1n },
      { ...row, id: otherId, openedPosition: 2n, openedBy: null, status: 'closed' },
    ]);
    const repository = new CrateLoadSummariesRepository(rows);
    const list = async (filter: object) =>
      (await repository.list({ limit: 10, ...filter })).map(({ view }) => view.crateLoadId);
    expect(await list({})).toEqual([otherId, id]);
    expect(await list({ limit: 1 })).toEqual([otherId]);
    expect(await list({ before: 2n })).toEqual([id]);
    expect(await list({ openedBy: 'alice' })).toEqual([id]);
    expect(await list({ status: 'closed' })).toEqual([otherId]);
  });
});
