// What the role of operators may do: what `npm run es` does with its URL, as that role, and what is refused to it.
import { randomUUID } from 'node:crypto';
import { IsString } from 'class-validator';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { urlOfDatabase, withClient } from '../../../../../tools/postgres/databases.js';
import { IntegrationEvent, integrationDecoder } from '../../messaging/index.js';
import {
  compensateProcess,
  discardParked,
  discardUnreadable,
  examine,
  pauseProjection,
  processSubject,
  replayParked,
  replayUnreadable,
  resumeProjection,
  retryProcess,
  type RecordRef,
} from '../../operations/index.js';
import { appendTo } from '../../testing/event-store.support.js';
import { eventStoreMigrations } from '../migrations/index.js';
import { openContext, type OpenContext } from '../operations/index.js';
import { grantRoles, type DatabaseRoles } from './grant-roles.js';

@IntegrationEvent('lab.said.v1')
class SaidV1 {
  @IsString()
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const decoder = integrationDecoder([{ topic: 'lab', partitions: 1, events: [SaidV1] }]);
const order = { actor: 'os-user:olga', reason: 'mended', dryRun: false };

describe('the role of operators', () => {
  let test: TestStore;
  let context: OpenContext;
  let operator: pg.Client;
  let role: string;
  const asOwner = (text: string, values: unknown[] = []) => test.dataSource.query<unknown[]>(text, values);
  const grant = (roles: DatabaseRoles) =>
    grantRoles((sql, values) => test.dataSource.query(sql, values), roles, 'migrations');

  beforeAll(async () => {
    test = await openTestStore();
    role = `${new URL(test.url).pathname.slice(1)}_operator`;
    await asOwner(`CREATE ROLE ${role} LOGIN PASSWORD 'only-for-this-test'`);
    await asOwner('CREATE TABLE read_model (id bigserial PRIMARY KEY, text text)');
    await test.store.append(appendTo('account-1'));
    await grant({ operator: role });
    await grant({}); // it is remembered as what it was
    const url = new URL(test.url);
    url.username = role;
    url.password = 'only-for-this-test';
    operator = new pg.Client({ connectionString: url.href });
    operator.on('error', () => undefined);
    await operator.connect();
    const migrations = { names: eventStoreMigrations.map(({ name }) => name), table: 'migrations' };
    const open = (at: string) => openContext({ name: 'lab-service', url: at, migrations });
    const before = await open(test.url); // a service has run here: the life of the log has begun
    await examine(before);
    await before.close();
    context = await open(url.href);
  });
  afterAll(async () => {
    await context.close();
    await operator.end();
    await test.close();
    await withClient(urlOfDatabase(test.url, 'postgres'), async (client) => {
      await client.query(`DROP ROLE ${role}`);
    });
  });

  let positions = 0;
  const park = async (subscription: string, log: 'events' | 'outgoing', key: string): Promise<RecordRef> => {
    const position = (positions += 1);
    await asOwner(
      `INSERT INTO event_store.parked_messages (subscription, log, position, message_id, type, key, status, attempts, reason)
       VALUES ($1, $2, $3, $4, 'lab.said', $5, 'parked', 3, 'E: no')`,
      [subscription, log, position, randomUUID(), key],
    );
    return {
      kind: 'record',
      context: 'lab-service',
      subscription: { name: subscription, log },
      position: BigInt(position),
    };
  };
  const unreadable = async (): Promise<{ kind: 'unreadable'; context: string; id: bigint }> => {
    const [row] = (await asOwner(
      `INSERT INTO event_store.unreadable_messages (topic, partition, "offset", key, headers, value, reason_code, detail)
       VALUES ('lab', 0, $1, 'k', $2, '{"text":"hello"}', 'type-unknown', '') RETURNING id`,
      [String((positions += 1)), JSON.stringify({ ce_id: randomUUID(), ce_type: 'lab.said.v1' })],
    )) as [{ id: string }];
    return { kind: 'unreadable', context: 'lab-service', id: BigInt(row.id) };
  };
  const recorded = () =>
    asOwner('SELECT actor, action, database_user FROM event_store.operations_log ORDER BY id DESC LIMIT 1');
  const isRecorded = async (action: string) =>
    expect(await recorded()).toEqual([{ actor: order.actor, action, database_user: role }]);

  it('looks at everything, as the doctor does', async () => {
    expect((await examine(context)).findings.filter(({ severity }) => severity === 'problem')).toEqual([]);
    await expect(operator.query('SELECT * FROM event_store.events, read_model')).resolves.toBeDefined();
  });

  it('replays and discards what is parked; recorded with the role of the session beside the name that was given', async () => {
    expect(await replayParked(context, await park('view', 'events', 'a'), order)).toMatchObject({ outcome: 'done' });
    await isRecorded('parked.replay');
    expect(await discardParked(context, await park('view', 'events', 'b'), order)).toMatchObject({ outcome: 'done' });
    await isRecorded('parked.discard');
  });

  it('has unreadable messages read again, and discards them', async () => {
    expect(await replayUnreadable(context, await unreadable(), { ...order, decoder })).toMatchObject({
      outcome: 'done',
    });
    await isRecorded('unreadable.replay');
    expect(await discardUnreadable(context, await unreadable(), order)).toEqual({ outcome: 'done' });
    await isRecorded('unreadable.discard');
  });

  it('retries and compensates processes', async () => {
    const key = { process: 'trip', id: '1' };
    await asOwner(
      `INSERT INTO event_store.processes (process, id, status, state_version, state, undo) VALUES ('trip', '1', 'running', 1, '{}', '[]')`,
    );
    await park('command-dispatch', 'outgoing', 'trip/1');
    expect((await retryProcess(context, key, order)).replayed).toHaveLength(1);
    await isRecorded('process.retry');
    await compensateProcess(context, key, order);
    await isRecorded('process.compensate');
    expect((await context.operations.of(processSubject('lab-service', key)))[0]).toMatchObject({ databaseUser: role });
  });

  it('pauses read models and lets them go on', async () => {
    await asOwner(
      `INSERT INTO event_store.subscriptions (name, log, log_epoch, position) VALUES ('view@v1', 'events', 'e', 1)`,
    );
    const view = { name: 'view', version: 1 };
    expect(await pauseProjection(context, view, order)).toMatchObject({ outcome: 'done' });
    await isRecorded('projection.pause');
    expect(await resumeProjection(context, view, order)).toMatchObject({ outcome: 'done' });
    await isRecorded('projection.resume');
  });

  const tables = ['events', 'commands', 'outgoing_commands', 'seals', 'snapshots', 'processes', 'process_timers'];
  it.each([
    `INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
     VALUES (gen_random_uuid(), 'account-2', 1, 'a', 1, '{}', '{}')`,
    `INSERT INTO event_store.outgoing_commands (id, key, type, data, metadata) VALUES (gen_random_uuid(), 'k', 'Do', '{}', '{}')`,
    ...tables.map((table) => `DELETE FROM event_store.${table}`),
    'UPDATE event_store.events SET version = version',
    'UPDATE event_store.subscriptions SET position = 0',
    'UPDATE event_store.parked_messages SET position = position',
    'UPDATE event_store.inbound_messages SET key = key',
    'UPDATE event_store.processes SET status = status',
    'DELETE FROM event_store.operations_log',
    `INSERT INTO event_store.operations_log (actor, action, subject, detail, database_user) VALUES ('a', 'b', 'c', '{}', 'somebody')`,
    `INSERT INTO event_store.operations_log (actor, action, subject, detail, at) VALUES ('a', 'b', 'c', '{}', now())`,
    'TRUNCATE event_store.parked_messages',
    'ALTER TABLE event_store.parked_messages ADD COLUMN x int',
    'CREATE TABLE event_store.mine (id int)',
    'CREATE TABLE public.mine (id int)',
    `INSERT INTO read_model (text) VALUES ('x')`,
    'DELETE FROM migrations',
    `SET SESSION AUTHORIZATION postgres`,
  ])('is refused: %s', async (statement) => {
    await expect(operator.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('loses what it had where it is named as a reader, also what it had of single columns', async () => {
    await grant({ reader: role });
    for (const statement of [
      'DELETE FROM event_store.parked_messages',
      'UPDATE event_store.subscriptions SET paused_by = NULL',
      `INSERT INTO event_store.operations_log (actor, action, subject, detail) VALUES ('a', 'b', 'c', '{}')`,
    ])
      await expect(operator.query(statement)).rejects.toMatchObject({ code: '42501' });
    await grant({ operator: role });
  });
});
