// A customer is forgotten: their notes are found nowhere any more, in no database, on no topic and in no log line, and their orders are still there.
// Why they cancelled is left in one place.
import type { LoggerService } from '@nestjs/common';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSubjects } from '@app/event-store';
import { eventually } from '../../../test/support/eventually.js';
import { findText } from '../../../test/support/find-text.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';
import { startService, type ServiceUnderTest } from '../../../test/support/service.js';
import { migrations } from './infrastructure/migrations/index.js';
import { OrderConfig } from './infrastructure/order.config.js';
import { OrderModule } from './order.module.js';

/** In nothing that this test does not mean. */
const canary = 'Canary-Ring-At-Mrs-Wisteria';
const kept = 'Canary-Of-Somebody-Else';
/** Typed by whoever cancels. */
const why = 'Canary-I-Am-With-My-Sister';

let bus: TestDatabase;
let service: ServiceUnderTest;
let url: string;
const logged: string[] = [];

beforeAll(async () => {
  bus = await createTestDatabase();
  const broker = { kind: 'postgres', busUrl: bus.url } as const;
  service = await startService(OrderModule, {
    name: 'order-service',
    migrations,
    configs: [new OrderConfig()],
    broker,
  });
  url = (service.database.options as { url: string }).url;
  const log = (...said: unknown[]) => void logged.push(JSON.stringify(said));
  const logger: LoggerService = { log, error: log, warn: log, debug: log, verbose: log, fatal: log };
  service.app.useLogger(logger);
});
afterAll(async () => {
  await service.close();
  await bus.drop();
});

const place = (user: string, note: string, key: string) => {
  const body = { lines: [{ sku: 'mug', quantity: 1 }], note };
  return service.send({ method: 'POST', path: '/orders', user, headers: { 'idempotency-key': key }, body });
};
const cancel = (orderId: string, user: string, reason: string) =>
  service.send({ method: 'POST', path: `/orders/${orderId}/cancel`, user, body: { reason } });
const read = async (path: string, user: string) => (await service.send({ path, user })).body;
const onTheBus = async () => {
  const client = new pg.Client({ connectionString: bus.url });
  await client.connect();
  const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM bus.messages');
  await client.end();
  return rows[0]!.count;
};

describe('a customer who is forgotten', () => {
  let orders: string[];
  beforeAll(async () => {
    const answers = [await place('alice', canary, 'one'), await place('alice', canary, 'two')];
    answers.push(await place('bob', kept, 'three'));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    orders = answers.map(({ body }) => String(body['orderId']));
    expect((await cancel(orders[1]!, 'alice', why)).status).toBe(200);
    await eventually(async () => {
      expect(await read(`/orders/${orders[1]}`, 'alice')).toMatchObject({ note: canary, cancelReason: why });
      expect(await onTheBus()).toBe(4);
    });
  });

  it('was in plain text where people look for it, and nowhere else', async () => {
    expect(await findText(url, canary)).toEqual(['public.order_summary.note']);
    expect(await findText(bus.url, canary)).toEqual([]);
    const { body } = await place('alice', canary, 'one'); // a repeat is still one
    expect(body['orderId']).toBe(orders[0]);
  });

  it('has said why an order was cancelled in its event and its row, not in metadata, which others get', async () => {
    expect(await findText(url, why)).toEqual(['event_store.events.data', 'public.order_summary.cancel_reason']);
    expect(await findText(bus.url, why)).toEqual([]);
  });

  it('is in plain text nowhere afterwards: not in the database, on the bus, in the log', async () => {
    await service.app.get(DataSubjects).forget('alice', { actor: 'tester', reason: 'case 1', graceMs: 0 });
    await eventually(async () => expect(await findText(url, canary)).toEqual([]));
    expect(await findText(bus.url, canary)).toEqual([]);
    expect(await findText(url, why)).toEqual(['event_store.events.data']);
    expect(logged.filter((line) => line.includes(canary) || line.includes(why))).toEqual([]);
    expect(await findText(url, kept)).toEqual(['public.order_summary.note']);
  });

  it('still has orders, which say what is missing', async () => {
    const [first] = orders;
    expect(await read(`/orders/${first}`, 'alice')).not.toHaveProperty('note');
    const { body } = await service.send({ path: `/orders/${first}?asOf=1`, user: 'alice' });
    expect(body).toMatchObject({ status: 'placed', customerId: 'alice' });
    expect(body).not.toHaveProperty('note');
    const history = (await read(`/orders/${first}/history`, 'alice')) as unknown;
    expect(history).toMatchObject([{ type: 'order.placed', data: { customerId: 'alice' }, erased: ['note'] }]);
    expect(await read(`/orders/${orders[2]}`, 'bob')).toMatchObject({ note: kept });
  });

  it('can order again, but leaves nothing personal behind', async () => {
    const refused = await place('alice', canary, 'four');
    expect(refused).toMatchObject({ status: 409, body: { code: 'ES-2003' } });
    const body = { lines: [{ sku: 'mug', quantity: 1 }] };
    expect((await service.send({ method: 'POST', path: '/orders', body })).status).toBe(201);
    expect(await findText(url, canary)).toEqual([]);
  });

  it.each([
    ['as text', `INSERT INTO leak (word) VALUES ('so: ${canary}!')`],
    ['in JSON', `INSERT INTO leak (data) VALUES ('{"a": [{"b": "${canary}"}]}')`],
    ['as bytes', `INSERT INTO leak (bytes) VALUES (convert_to('a${canary}b', 'UTF8'))`],
    ['as base64', `INSERT INTO leak (word) VALUES ('${Buffer.from(`ab${canary}c`).toString('base64')}')`],
  ])('would be found if it had been left somewhere %s', async (_how, leak) => {
    await service.database.query('CREATE TABLE IF NOT EXISTS leak (word text, data jsonb, bytes bytea)');
    await service.database.query(leak);
    expect(await findText(url, canary)).toHaveLength(1);
    await service.database.query('TRUNCATE leak');
  });
});
