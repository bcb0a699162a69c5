// One request is found again in the tables of a context: by any of its ids, by index, within a part of each log.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { systemIds } from '../../core/index.js';
import { trace } from '../../operations/index.js';
import { eventStoreMigrations } from '../migrations/index.js';
import { eventsTable, inboundTable, outgoingTable } from '../log/log-table.js';
import { openContext, type OpenContext } from './open-context.js';
import * as sql from './trace.sql.js';

const correlationId = systemIds.next();
const [command, event, message, sent, rejected, fired, waiting] = Array.from({ length: 7 }, () => randomUUID()) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const FILLING = 3_000;
const place = new Date('2026-03-01T12:00:00Z');

describe('a trace', () => {
  let test: TestStore;
  let context: OpenContext;
  beforeAll(async () => {
    test = await openTestStore();
    const migrations = { names: eventStoreMigrations.map(({ name }) => name), table: 'migrations' };
    context = await openContext({ name: 'lab-service', url: test.url, migrations });
    const query = (text: string, values: unknown[] = []) => test.dataSource.query(text, values);
    // One event a minute for two days, with the request in their midst.
    const fill = (from: number, to: number) =>
      query(
        `INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata, occurred_at)
         SELECT gen_random_uuid(), 'other-n' || n, 1, 'lab.noted', 1, '{}', '{"correlationId": "other"}', $1::timestamptz + (n - ${FILLING / 2}) * interval '1 minute'
           FROM generate_series(${from}, ${to}) n`,
        [place],
      );
    const own = (more: object) => JSON.stringify({ correlationId, ...more });
    await fill(1, FILLING / 2);
    await query(
      `INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata, occurred_at)
       VALUES ($1, 'lab-17', 1, 'lab.opened', 1, '{"secret": "alice"}', $2, $3), ($4, 'lab-17', 2, 'lab.noted', 1, '{}', '{"correlationId": "later"}', $3::timestamptz + interval '1 hour')`,
      [event, own({ commandId: command, causationId: command }), place, randomUUID()],
    );
    await fill(FILLING / 2 + 1, FILLING);
    const [{ position }] = (await query(`SELECT position FROM event_store.events WHERE id = $1`, [event])) as [
      { position: string },
    ];
    await query(
      `INSERT INTO event_store.commands (id, stream, step, type, content_hash, outcome, first_version, version, position, rejection, recorded_at)
       VALUES ($1, 'lab-17', 0, 'OpenLab', 'x', 'accepted', 1, 1, $3, NULL, $4),
              ($2, 'lab-17', 0, 'CloseLab', 'x', 'rejected', NULL, NULL, NULL, '{"code": "lab-busy", "kind": "conflict", "message": "Busy."}', $4)`,
      [command, rejected, position, place],
    );
    await query(
      `INSERT INTO event_store.inbound_messages (id, topic, key, type, schema_version, version, data, metadata, content_hash, received_at)
       VALUES ($1, 'lab', '17', 'lab.said.v1', 1, 1, '{"secret": "alice"}', $2, 'x', $5),
              ($3, NULL, 'trip/17', 'process.timer', 1, 0, '{}', $4, 'x', $5)`,
      [message, own({ causationId: event }), fired, own({ causationId: message }), place],
    );
    await query(
      `INSERT INTO event_store.outgoing_commands (id, key, type, data, metadata, recorded_at) VALUES ($1, 'trip/17', 'Say', '{"secret": "alice"}', $2, $3)`,
      [sent, own({ causationId: fired, actor: 'process:trip' }), place],
    );
    await query(
      `INSERT INTO event_store.process_timers (timer_id, process, process_id, name, due_at, metadata, created_at) VALUES ($1, 'trip', '17', 'late', now() + interval '1 day', $2, $3)`,
      [waiting, own({ causationId: message, actor: 'process:trip' }), place],
    );
    await query(
      `INSERT INTO event_store.subscriptions (name, log, log_epoch, position) VALUES ('command-dispatch', 'outgoing', 'e', 1)`,
    );
    await query(
      `INSERT INTO event_store.parked_messages (subscription, log, position, message_id, type, key, status, attempts, reason)
       SELECT 'command-dispatch', 'outgoing', position, id, type, key, 'parked', 60, 'Error: gateway' FROM event_store.outgoing_commands`,
    );
    await query(
      `INSERT INTO event_store.operations_log (actor, action, subject, reason, detail, at) VALUES
       ('os-user:olga', 'parked.replay', $1, 'mended', '{"attempts": 10, "reason": "Error: no paper"}', $3),
       ('os-user:olga', 'parked.replay', $2, 'mended', '{"attempts": 11, "reason": "Error: of another event"}', $3)`,
      [position, BigInt(position) + 1n]
        .map((of) => `lab-service/command-dispatch/events/${of}`)
        .concat(place.toISOString()),
    );
  });
  afterAll(async () => {
    await context.close();
    await test.close();
  });

  const options = { now: new Date(), withinMs: 86_400_000, signal: new AbortController().signal };

  it.each([
    ['event', event],
    ['message', message],
    ['timer', fired],
    ['timer', waiting],
    ['command', sent],
    ['command', command],
    ['stream', 'lab-17'],
    ['stream', '17'],
  ])('is found by the id of its %s (%s)', async (what, id) => {
    const traced = await trace([context], id, options);
    expect(traced.found).toMatchObject({ context: 'lab-service', what, correlationId });
    expect(traced).toMatchObject({ hops: 6, roots: [{ kind: 'command', type: 'OpenLab', id: command }] });
  });

  it('is found by its correlation id around the time the id or the caller tells', async () => {
    const { found, hops } = await trace([context], correlationId, options);
    expect({ found, hops }).toMatchObject({ found: { what: 'correlation', context: undefined }, hops: 1 }); // the timer, which still waits
    expect(await trace([context], correlationId, { ...options, around: place })).toMatchObject({ hops: 6 });
    expect(await trace([context], 'other', { ...options, around: place, withinMs: 3_600_000 })).toMatchObject({
      hops: 122, // an hour before, an hour after, and on either side the minute by which writers may overlap
    });
  });

  it('has attempts and reasons of what is set aside, the other requests of the stream, and no data', async () => {
    const traced = await trace([context], 'lab-17', options);
    const text = JSON.stringify(traced, (_key, one) => (typeof one === 'bigint' ? String(one) : (one as unknown)));
    expect(text).not.toContain('alice');
    expect(text).toContain('"attempts":60,"reason":"Error: gateway"');
    expect(traced.found.others).toMatchObject([{ correlationId: 'later' }]);
  });

  it('has what operators did about a parked record that went through in the end, and nobody by name', async () => {
    const traced = await trace([context], event, options);
    const [hop] = traced.roots[0]!.children;
    expect(hop).toMatchObject({
      kind: 'event',
      setAside: [],
      operations: [
        { name: 'command-dispatch', action: 'parked.replay', attempts: 10, reason: 'Error: no paper', at: place },
      ],
    });
    expect(
      JSON.stringify(hop, (_key, one) => (typeof one === 'bigint' ? String(one) : (one as unknown))),
    ).not.toContain('olga');
  });

  it('of a command that made no event is its rejection alone', async () => {
    expect(await trace([context], rejected, options)).toMatchObject({
      found: { what: 'command', correlationId: undefined },
      roots: [{ kind: 'command', type: 'CloseLab', outcome: 'rejected', rejection: { code: 'lab-busy' } }],
      hops: 1,
    });
  });

  it('knows nothing of an id that is nowhere', async () => {
    expect(await trace([context], randomUUID(), options)).toMatchObject({ hops: 0, roots: [] });
  });

  it.each([
    ['find an id', sql.findId.text, "'x', gen_random_uuid()"],
    ['requests of streams', sql.requestsOfStreams.text, "'{a,b}', 10, 10"],
    ['categories at the ends', sql.categoriesAtEnds.text, '10'],
    ...[eventsTable, inboundTable, outgoingTable].flatMap((table): [string, string, string][] => [
      [`position at, ${table.name}`, sql.positionAt(table).text, 'now()'],
      [`records of, ${table.name}`, sql.recordsOf(table).text, "'x', 1, 2"],
    ]),
    ['decisions of', sql.decisionsOf.text, "'{}'"],
    ['operations on', sql.operationsOn.text, "'{}'"],
  ])('the plan of "%s" goes by index', async (_, text, values) => {
    const plan = await test.unitOfWork.run(async ({ db }) => {
      await db.query('SET LOCAL plan_cache_mode = force_generic_plan');
      await db.query('SET LOCAL enable_seqscan = off'); // the tables are small: whether there is an index, not whether it pays
      await db.query(`PREPARE checked AS ${text}`);
      const rows = (await db.query(`EXPLAIN EXECUTE checked(${values})`)) as { 'QUERY PLAN': string }[];
      await db.query('DEALLOCATE checked');
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).not.toMatch(
      /Seq Scan on (events|inbound_messages|outgoing_commands|commands|process_timers|operations_log)/,
    );
  });
});
