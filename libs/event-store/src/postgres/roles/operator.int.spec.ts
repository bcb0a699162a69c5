// What the role of operators may do: what `npm run es` does with its URL, as that role, each with its record.
import { randomUUID } from 'node:crypto';
import { IsString } from 'class-validator';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestStore } from '../../../../../test/support/event-store-database.js';
import { openOperator, type OperatorSubject } from '../../../../../test/support/operator-role.js';
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
import { parseSealKeys, type OpenContext } from '../operations/index.js';
import { PostgresProcessStore } from '../stores/process-store.js';

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
  let asOwner: OperatorSubject['asOwner'];
  let close: OperatorSubject['close'];
  beforeAll(async () => {
    ({ test, context, operator, role, asOwner, close } = await openOperator());
  });
  afterAll(() => close());

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
    asOwner(`SELECT actor, action, reason, database_user, clock_timestamp() - at < '1 minute' AS now
               FROM event_store.operations_log ORDER BY id DESC LIMIT 1`);
  const isRecorded = async (action: string) =>
    expect(await recorded()).toEqual([
      { actor: order.actor, action, reason: order.reason, database_user: role, now: true },
    ]);

  it('looks at everything, as the doctor does', async () => {
    expect((await examine(context)).findings.filter(({ severity }) => severity === 'problem')).toEqual([]);
    await expect(operator.query('SELECT * FROM event_store.events, read_model')).resolves.toBeDefined();
  });

  it('verifies the log against its seals', async () => {
    expect(await context.verify({ keys: parseSealKeys('c3'.repeat(32)) })).toMatchObject({ events: 0, seals: 0n });
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

  it('tells a process what a process store would', async () => {
    const key = { process: 'trip', id: 'told' };
    await asOwner(
      `INSERT INTO event_store.processes (process, id, status, state_version, state, undo) VALUES ('trip', 'told', 'running', 1, '{}', '[]')`,
    );
    await compensateProcess(context, key, order);
    const [told] = (await asOwner(
      `SELECT * FROM event_store.inbound_messages WHERE key = 'trip/told' ORDER BY position DESC LIMIT 1`,
    )) as [Record<string, unknown>];
    const { actor, reason } = order;
    const signal = { ...key, signalId: randomUUID(), kind: 'compensate', data: { reason, actor } } as const;
    await new PostgresProcessStore(test.database).signal({
      ...signal,
      metadata: { correlationId: String(told['id']), actor, reason },
    });
    const [same] = (await asOwner('SELECT * FROM event_store.inbound_messages WHERE id = $1', [signal.signalId])) as [
      object,
    ];
    const own = ['id', 'position', 'received_at', 'content_hash']; // its id is a new one, which nobody sends again
    expect(told).toEqual({ ...same, ...Object.fromEntries(own.map((name) => [name, told[name]])) });
  });

  it.each([
    `operate_parked('lab-service', 'replay', '[{"subscription": "view", "log": "events", "position": 9999}]', NULL, 'a', ' ')`,
    `operate_projection('lab-service', 'pause', 'unsigned@v1', '', 'why')`,
  ])('does nothing that lacks a name or a reason: %s', async (call) => {
    await asOwner(
      `INSERT INTO event_store.parked_messages (subscription, log, position, message_id, type, key, status)
       VALUES ('view', 'events', 9999, 'm', 't', 'k', 'parked') ON CONFLICT DO NOTHING`,
    );
    await asOwner(
      `INSERT INTO event_store.subscriptions (name, log, log_epoch, position) VALUES ('unsigned@v1', 'events', 'e', 1) ON CONFLICT DO NOTHING`,
    );
    await expect(operator.query(`SELECT * FROM event_store.${call}`)).rejects.toMatchObject({ code: '22004' });
    const status = `SELECT status FROM event_store.parked_messages WHERE position = 9999`;
    expect(await asOwner(status)).toEqual([{ status: 'parked' }]);
    const paused = `SELECT paused_at FROM event_store.subscriptions WHERE name = 'unsigned@v1'`;
    expect(await asOwner(paused)).toEqual([{ paused_at: null }]);
  });

  it.each([
    `operate_projection('lab-service', 'pause', 'OrderPublisher', 'a', 'b')`,
    `operate_projection('lab-service', 'pause', 'trip', 'a', 'b')`,
    `operate_projection('lab-service', 'pause', 'unsigned@v1', 'division', 'b')`,
  ])('pauses nothing but read models, and nothing in the name of a division: %s', async (call) => {
    await asOwner(
      `INSERT INTO event_store.subscriptions (name, log, log_epoch, position)
       SELECT name, 'events', 'e', 1 FROM unnest(ARRAY['OrderPublisher', 'trip', 'unsigned@v1']) AS name ON CONFLICT DO NOTHING`,
    );
    await expect(operator.query(`SELECT event_store.${call}`)).rejects.toMatchObject({ code: '22023' });
    expect(await asOwner(`SELECT name FROM event_store.subscriptions WHERE paused_at IS NOT NULL`)).toEqual([]);
  });

  it('tells no process what only its service may, whoever sends it by the broker', async () => {
    const { id } = await unreadable();
    await asOwner(
      `UPDATE event_store.unreadable_messages SET headers = headers || '{"ce_type": "process.rejection"}' WHERE id = ${id}`,
    );
    const message =
      '{"data": {"process": "trip"}, "metadata": {}, "schemaVersion": 1, "version": 0, "contentHash": "h"}';
    const call = `SELECT event_store.operate_unreadable('lab-service', $1, $2, 'a', 'b')`;
    await expect(operator.query(call, [String(id), message])).rejects.toMatchObject({ code: '22023' });
    await operator.query(call, [String(id), null]); // to be given up
  });

  it('reads of an unreadable message what came, whatever it is called by hand', async () => {
    const { id } = await unreadable();
    const forged = JSON.stringify({
      id: 'mine',
      type: 'lab.forged',
      key: 'other',
      schemaVersion: 1,
      version: 0,
      data: {},
    });
    const call = `SELECT event_store.operate_unreadable('lab-service', $1, $2::jsonb || '{"metadata": {}, "contentHash": "h"}', 'a', 'b') AS value`;
    expect((await operator.query(call, [String(id), forged])).rows).toEqual([{ value: 'done' }]);
    expect(
      await asOwner('SELECT type, key, topic FROM event_store.inbound_messages ORDER BY position DESC LIMIT 1'),
    ).toEqual([{ type: 'lab.said.v1', key: 'k', topic: 'lab' }]);
  });
});
