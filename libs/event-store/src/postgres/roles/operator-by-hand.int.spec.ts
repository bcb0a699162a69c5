// What is refused to the role of operators: everything but to read, and to call what records itself.
import type pg from 'pg';
import type { QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOperator, type OperatorSubject } from '../../../../../test/support/operator-role.js';
import { OperateByFunctions1764212400005 } from '../migrations/1764212400005-operate-by-functions.js';

describe('the role of operators, by hand', () => {
  let operator: pg.Client;
  let role: string;
  let asOwner: OperatorSubject['asOwner'];
  let grant: OperatorSubject['grant'];
  let close: OperatorSubject['close'];
  beforeAll(async () => {
    ({ operator, role, asOwner, grant, close } = await openOperator());
  });
  afterAll(() => close());

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
    `INSERT INTO event_store.inbound_messages (id, key, type, schema_version, version, data, metadata, content_hash)
     VALUES ('forged', 'k', 'lab.said.v1', 1, 1, '{}', '{}', 'h')`,
    `INSERT INTO event_store.parked_messages (subscription, log, position, message_id, type, key, status)
     VALUES ('view', 'events', 1, 'm', 't', 'k', 'parked')`,
    `UPDATE event_store.parked_messages SET status = 'waiting'`,
    'UPDATE event_store.parked_messages SET attempts = 0',
    'UPDATE event_store.parked_messages SET due_at = now()',
    'DELETE FROM event_store.parked_messages',
    `INSERT INTO event_store.unreadable_messages (topic, partition, "offset", headers, reason_code, detail)
     VALUES ('lab', 0, '1', '{}', 'not-json', '')`,
    `UPDATE event_store.unreadable_messages SET resolution = 'discarded'`,
    'DELETE FROM event_store.unreadable_messages',
    'UPDATE event_store.subscriptions SET paused_at = now()',
    'UPDATE event_store.subscriptions SET lease_epoch = 0',
    'DELETE FROM event_store.subscriptions',
    'UPDATE event_store.processes SET status = status',
    'UPDATE event_store.process_timers SET due_at = now()',
    'DELETE FROM event_store.operations_log',
    `UPDATE event_store.operations_log SET reason = ''`,
    `INSERT INTO event_store.operations_log (actor, action, subject, detail) VALUES ('a', 'b', 'c', '{}')`,
    `SELECT event_store.record_operation('a', 'b', 'c', 'd', '{}')`,
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

  const grants = [
    'INSERT ON event_store.inbound_messages',
    'UPDATE (status, attempts, due_at), DELETE ON event_store.parked_messages',
    'INSERT, UPDATE (resolution, resolved_at) ON event_store.unreadable_messages',
    'UPDATE (paused_at, paused_by, pause_reason, lease_owner, leased_until, lease_epoch) ON event_store.subscriptions',
    'INSERT (actor, action, subject, reason, detail) ON event_store.operations_log',
  ];
  const byHand = [
    `DELETE FROM event_store.parked_messages WHERE false`,
    'UPDATE event_store.subscriptions SET paused_by = NULL WHERE false',
    `INSERT INTO event_store.inbound_messages (id, key, type, schema_version, version, data, metadata, content_hash)
     SELECT 'x', 'k', 't', 1, 1, '{}', '{}', 'h' WHERE false`,
    `INSERT INTO event_store.operations_log (actor, action, subject, detail) SELECT 'a', 'b', 'c', '{}' WHERE false`,
  ];
  const byFunction = `SELECT event_store.operate_projection('lab-service', 'resume', 'nothing@v1', 'a', 'b')`;

  it('loses what an earlier build gave it of the tables by the next grants, and by the migration itself', async () => {
    for (const takeBack of [
      () => grant({}),
      async () => {
        await asOwner(`REVOKE EXECUTE ON FUNCTION event_store.operate_projection FROM ${role}`);
        const migration = new OperateByFunctions1764212400005();
        const runner = { query: (sql: string) => asOwner(sql) } as unknown as QueryRunner;
        await migration.down(runner);
        await migration.up(runner);
      },
    ]) {
      for (const one of grants) await asOwner(`GRANT ${one} TO ${role}`);
      for (const statement of byHand) await expect(operator.query(statement)).resolves.toBeDefined();
      await takeBack();
      for (const statement of byHand) await expect(operator.query(statement)).rejects.toMatchObject({ code: '42501' });
      await expect(operator.query(byFunction)).resolves.toBeDefined();
    }
  });

  it('loses what it may call where it is named as a reader', async () => {
    await grant({ reader: role });
    await expect(operator.query(byFunction)).rejects.toMatchObject({ code: '42501' });
    await grant({ operator: role });
    await expect(operator.query(byFunction)).resolves.toBeDefined();
  });
});
