// No statement of the write side reads a whole table, whatever the planner knows about its size: prepared plans outlive that knowledge.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../test/support/event-store-database.js';
import { appendOutgoing } from './log/append-outgoing.sql.js';
import { appendOne, appendOneOfCommand } from './append/append-one.sql.js';
import { appendStatement } from './append/append.sql.js';
import { decisionsOf } from './stores/decisions-of.sql.js';
import { eventVersion } from './log/event-version.sql.js';
import { findCommand } from './stores/find-command.sql.js';
import { findEvents } from './append/find-events.sql.js';
import { findKey, pruneKeys } from './stores/idempotency-keys.sql.js';
import { readStream } from './log/read-stream.sql.js';
import { recordCommand } from './stores/record-command.sql.js';
import { replayStream } from './log/replay-stream.sql.js';
import { findSnapshot } from './stores/snapshots.sql.js';
import { storeInbound } from './log/store-inbound.sql.js';
import { streamVersion } from './log/stream-version.sql.js';

/** Parameters by count; EXPLAIN of a generic plan does not look at them. */
const statements: [string, { text: string }, number][] = [
  ['append one event alone', appendOne.error, 8],
  ['append one event of a command alone', appendOneOfCommand.error, 12],
  ['append one event in a unit of work', appendOne['no row'], 8],
  ['append one event of a command in a unit of work', appendOneOfCommand['no row'], 12],
  ...(['error', 'no row'] as const).flatMap((onRace): (typeof statements)[number][] => [
    [`append one event, ${onRace}`, appendStatement({ rest: false, commands: false, onRace }), 1],
    [`append events, ${onRace}`, appendStatement({ rest: true, commands: false, onRace }), 1],
    [`append one event of a command, ${onRace}`, appendStatement({ rest: false, commands: true, onRace }), 1],
    [`append events of a command, ${onRace}`, appendStatement({ rest: true, commands: true, onRace }), 1],
  ]),
  ['find events', findEvents, 2],
  ['find command', findCommand, 4],
  ['decisions of a command', decisionsOf, 1],
  ['record command', recordCommand, 8],
  ['find idempotency key', findKey, 2],
  ['prune idempotency keys', pruneKeys, 2],
  ['read stream', readStream, 4],
  ['replay stream', replayStream, 5],
  ['stream version', streamVersion, 1],
  ['event version', eventVersion, 2],
  ['find snapshot', findSnapshot, 2],
  ['store inbound', storeInbound, 2],
  ['append outgoing', appendOutgoing, 1],
];

const CHUNK = 50_000;
/** A million rows take minutes to write: `QUERY_PLAN_ROWS=1000000 npx vitest run query-plans`, as the nightly workflow does. */
const sizes = [0, 200, 2_000, 20_000, ...(process.env['QUERY_PLAN_ROWS'] ?? '').split(',').filter(Boolean).map(Number)];

describe.each(sizes)('with %i events, commands and messages', (size) => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await openTestStore();
    if (size === 0) return; // new tables have no statistics at all
    // A connection of a service gives no statement the time to write a million rows.
    for (let from = 1; from <= size; from += CHUNK) {
      const to = Math.min(size, from + CHUNK - 1);
      await opened.dataSource.query(`
        INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
        SELECT uuidv7(), 'account-' || n / 10, 1 + n % 10, 'account.opened', 1, '{}', '{}' FROM generate_series(${from}, ${to}) n`);
      await opened.dataSource.query(`
        INSERT INTO event_store.commands (id, stream, step, type, content_hash, outcome, version)
        SELECT uuidv7(), 'account-' || n, 0, 'Open', 'x', 'unchanged', 1 FROM generate_series(${from}, ${to}) n`);
      await opened.dataSource.query(`
        INSERT INTO event_store.idempotency_keys (id, command_id) SELECT uuidv7(), uuidv7() FROM generate_series(${from}, ${to})`);
      await opened.dataSource.query(`
        INSERT INTO event_store.inbound_messages (id, topic, key, type, schema_version, version, data, metadata, content_hash)
        SELECT uuidv7(), 'shop.v1', n, 'shop.placed.v1', 1, 1, '{}', '{}', 'x' FROM generate_series(${from}, ${to}) n`);
      await opened.dataSource.query(`
        INSERT INTO event_store.outgoing_commands (id, key, type, data, metadata)
        SELECT uuidv7(), n, 'Charge', '{}', '{}' FROM generate_series(${from}, ${to}) n`);
      await opened.dataSource.query(`
        INSERT INTO event_store.snapshots (stream, version, revision, state, state_hash, taken_at)
        SELECT 'account-' || n, 1, 'r', '{}', 'h', now() FROM generate_series(${from}, ${to}) n`);
    }
    await opened.dataSource.query('ANALYZE'); // all tables
  }, 600_000);
  afterAll(() => opened.close());

  it.each(statements)('the prepared plan of "%s" goes by index', async (_, { text }, parameters) => {
    const plan = await opened.unitOfWork.run(async ({ db }) => {
      await db.query('SET LOCAL plan_cache_mode = force_generic_plan');
      await db.query(`PREPARE checked AS ${text}`);
      const nulls = Array.from({ length: parameters }, () => 'NULL').join(', ');
      const rows = (await db.query(`EXPLAIN EXECUTE checked(${nulls})`)) as { 'QUERY PLAN': string }[];
      await db.query('DEALLOCATE checked');
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).not.toMatch(/Seq Scan on/);
    expect(plan).toMatch(/Index (Only )?Scan|Bitmap Index Scan/);
  });
});
