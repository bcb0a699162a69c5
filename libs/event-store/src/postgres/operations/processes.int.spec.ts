// A process that does not go on is listed with its reason, and what is parked of it is tried again.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { overtakingKey } from '../../core/index.js';
import { examine, processSubject, retryProcess, stuckProcesses } from '../../operations/index.js';
import { eventStoreMigrations } from '../migrations/index.js';
import { openContext, type OpenContext } from './open-context.js';

describe('processes', () => {
  let test: TestStore;
  let context: OpenContext;
  let query: (text: string, values?: unknown[]) => Promise<unknown>;
  const start = (id: string, age: string, status = 'running') =>
    query(
      `INSERT INTO event_store.processes (process, id, status, state_version, state, undo, updated_at)
       VALUES ('trip', $1, $2, 1, '{}', '[]', clock_timestamp() - $3::interval)`,
      [id, status, age],
    );
  const park = (subscription: string, log: string, position: number, key: string, status: string, reason: string) =>
    query(
      `INSERT INTO event_store.parked_messages (subscription, log, position, message_id, type, key, status, attempts, reason)
       VALUES ($1, $2, $3, $4, 'lab.said', $5, $6, 3, $7)`,
      [subscription, log, position, randomUUID(), key, status, reason],
    );
  const timer = (id: string, dueIn: string) =>
    query(
      `INSERT INTO event_store.process_timers (timer_id, process, process_id, name, due_at, metadata)
       VALUES (gen_random_uuid(), 'trip', $1, 'deadline', clock_timestamp() + $2::interval, '{}')`,
      [id, dueIn],
    );
  const send = (id: string) =>
    query(
      `INSERT INTO event_store.outgoing_commands (id, key, type, data, metadata) VALUES (gen_random_uuid(), $1, 'Do', '{}', '{}')`,
      [`trip/${id}`],
    );

  beforeAll(async () => {
    test = await openTestStore();
    const migrations = { names: eventStoreMigrations.map(({ name }) => name), table: 'migrations' };
    context = await openContext({ name: 'lab-service', url: test.url, migrations });
    query = (text, values = []) => test.dataSource.query(text, values);
    const running = [
      'record',
      'behind',
      'command',
      'late',
      'idle',
      'timed',
      'sending',
      'ordered',
      'started',
      'calling',
    ];
    for (const id of running) await start(id, '2 days');
    await start('fresh', '1 minute');
    await start('over', '2 days', 'completed');
    await park('trip', 'inbound', 1, 'record', 'parked', 'E: no');
    await park('trip', 'inbound', 2, 'record', 'behind', '');
    await park('trip', 'inbound', 7, overtakingKey('ordered'), 'parked', 'E: no way back');
    await query(`INSERT INTO event_store.process_keys (process, key, id) VALUES ('trip', 'ticket', 'started')`);
    await park('trip', 'inbound', 8, overtakingKey('ticket'), 'waiting', 'E: again');
    await park('trip', 'events', 3, 'behind', 'waiting', 'E: again');
    await park('command-dispatch', 'outgoing', 1, 'trip/command', 'parked', 'E: gateway');
    await park('command-dispatch', 'outgoing', 10, 'trip/calling', 'waiting', 'E: the gateway is away');
    await park('command-dispatch', 'outgoing', 11, 'trip/calling', 'behind', '');
    await park('trip2', 'inbound', 4, 'orphan', 'parked', 'ES-1504: came for process trip2 orphan');
    await park('projection', 'events', 5, 'late', 'parked', 'E: of no process');
    await park('command-dispatch', 'outgoing', 9, 'saga/command', 'parked', 'E: of a saga');
    await timer('late', '-1 minute');
    await timer('timed', '1 hour');
    await query(
      `INSERT INTO event_store.subscriptions (name, log, log_epoch, position) VALUES ('command-dispatch', 'outgoing', 'e', 1)`,
    );
    await send('idle'); // position 1: dispatched
    await send('sending');
  });
  afterAll(async () => {
    await context.close();
    await test.close();
  });

  const list = async () => {
    const stuck = await stuckProcesses(context.processes, { now: new Date(), idleMs: 86_400_000, limit: 50 });
    return Object.fromEntries(
      stuck.map(({ process, id, reasons }) => [`${process}/${id}`, reasons.map(({ why }) => why)]),
    );
  };

  it('are listed with the reason why they do not go on, and no others are', async () => {
    expect(await list()).toEqual({
      'trip/behind': ['record-set-aside'],
      'trip/calling': ['command-retried'],
      'trip/command': ['command-parked'],
      'trip/idle': ['idle'],
      'trip/late': ['timer-overdue'],
      'trip/ordered': ['record-set-aside'],
      'trip/record': ['record-set-aside'],
      'trip/started': ['record-set-aside'],
      'trip2/orphan': ['record-set-aside'],
    });
  });

  it('are findings of the doctor: a problem where something is parked, a note where nothing would wake them', async () => {
    const { findings } = await examine(context);
    expect(findings.filter(({ code }) => code === 'process-stuck')).toMatchObject([
      { severity: 'problem', sentence: expect.stringContaining('4 processes do not go on') as string },
      { severity: 'note', sentence: expect.stringContaining('1 process runs and nothing would wake it') as string },
    ]);
  });

  it('are retried also where what is parked went before all that waits for them', async () => {
    const retried = await retryProcess(
      context,
      { process: 'trip', id: 'ordered' },
      { actor: 'operator:olga', reason: 'mended', dryRun: true },
    );
    expect(retried).toEqual({ replayed: ['lab-service/trip/inbound/7'], waiting: 0, behind: 0 });
  });

  it('are retried: what is parked is due now and recorded with the reason; again changes nothing', async () => {
    const order = { actor: 'operator:olga', reason: 'mended', dryRun: false };
    const key = { process: 'trip', id: 'record' };
    const would = { replayed: ['lab-service/trip/inbound/1'], waiting: 0, behind: 1 };
    expect(await retryProcess(context, key, { ...order, dryRun: true })).toEqual(would);
    expect(await context.parked.find({ name: 'trip', log: 'inbound' }, 1n)).toMatchObject({ status: 'parked' });
    expect(await retryProcess(context, key, order)).toEqual(would);
    expect(await context.parked.find({ name: 'trip', log: 'inbound' }, 1n)).toMatchObject({ status: 'waiting' });
    expect(await context.operations.of(processSubject('lab-service', key))).toMatchObject([
      { action: 'process.retry', actor: 'operator:olga', reason: 'mended' },
    ]);
    expect(await context.operations.of(would.replayed[0]!)).toMatchObject([
      { action: 'parked.replay', reason: 'mended' },
    ]);
    expect(await retryProcess(context, key, order)).toEqual({ replayed: [], waiting: 1, behind: 0 });
    const command = { process: 'trip', id: 'command' };
    expect(await retryProcess(context, command, order)).toMatchObject({
      replayed: ['lab-service/command-dispatch/outgoing/1'],
    });
  });
});
