// The payment service alone, on a real database: orders arrive as messages, refunds by HTTP, and the gateway's books must equal ours.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrderCancelledV1, orderEvents, OrderPlacedV1 } from '@app/contracts';
import { deterministicId, EVENT_STORE_RUNTIME, type EventStoreRuntime } from '@app/event-store';
import { toBrokerMessage } from '@app/event-store/messaging';
import { describeApi } from '@app/platform';
import { expectClosedDoors, expectNothingForOthers, hiddenRoutes, undocumented } from '../../../test/support/doors.js';
import { eventually } from '../../../test/support/eventually.js';
import { startService, type ServiceUnderTest } from '../../../test/support/service.js';
import { PaymentConfig } from './infrastructure/gateway/payment.config.js';
import { migrations } from './infrastructure/migrations/index.js';
import { PaymentModule } from './payment.module.js';

let service: ServiceUnderTest;
let orders = 0;

beforeAll(async () => {
  const config = Object.assign(new PaymentConfig(), { GATEWAY_FAULTS: 'error-500:1,timeout-after-success:1,slow:20' });
  service = await startService(PaymentModule, { name: 'payment-service', migrations, configs: [config] });
});
afterAll(() => service.close());

const newOrder = () => deterministicId('test order', (orders += 1));
const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });

/** As the order service would say it. */
async function hear(event: OrderPlacedV1 | OrderCancelledV1, times = 1): Promise<void> {
  const stream = { name: `order-${event.orderId}`, category: 'order', id: event.orderId };
  const eventId = deterministicId('test event', event.orderId, event.constructor.name);
  const cause = { stream, version: 1, position: 1n, eventId, time: new Date(), metadata: { correlationId: 'test' } };
  const key = event.orderId;
  const message = toBrokerMessage({
    event,
    cause,
    publisher: 'OrderPublisher',
    topic: orderEvents.topic,
    source: '/order-service',
    key,
  });
  const { broker } = service.app.get<EventStoreRuntime>(EVENT_STORE_RUNTIME);
  expect(await broker.publish(Array(times).fill(message))).toEqual([]);
}

const get = (path: string) => service.send({ path, user: 'otto', role: 'operator' });
const refund = (id: string, body: object, headers = {}) =>
  service.send({ method: 'POST', path: `/payments/${id}/refund`, user: 'otto', role: 'operator', headers, body });
const becomes = (id: string, expected: object) =>
  eventually(async () => expect((await get(`/payments/${id}`)).body).toMatchObject(expected), { timeoutMs: 30_000 });
const ledger = (id: string): Promise<object[]> =>
  service.database.query(
    'SELECT kind, outcome, amount_minor::int FROM gateway_ledger WHERE payment_id = $1 ORDER BY created_at',
    [id],
  );

async function captured(amountMinor = 1000): Promise<string> {
  const orderId = newOrder();
  await hear(new OrderPlacedV1(orderId, eur(amountMinor)));
  await becomes(orderId, { status: 'captured' });
  return orderId;
}

describe('a placed order', () => {
  it('is paid once, although the gateway fails, loses its answer, is slow, and the message comes three times [41]', async () => {
    const orderId = newOrder();
    await hear(new OrderPlacedV1(orderId, eur(1000)), 3);
    await becomes(orderId, {
      paymentId: orderId,
      orderId,
      status: 'captured',
      version: 2,
      amount: eur(1000),
      captured: eur(1000),
      refunded: eur(0),
      gatewayRef: `sim-${orderId}`,
    });
    expect(await ledger(orderId)).toEqual([{ kind: 'capture', outcome: 'captured', amount_minor: 1000 }]);
    expect((await get(`/payments?orderId=${orderId}`)).body['items']).toEqual([
      (await get(`/payments/${orderId}`)).body,
    ]);
  });

  it('is declined when its amount ends in 13', async () => {
    const orderId = newOrder();
    await hear(new OrderPlacedV1(orderId, eur(1313)));
    await becomes(orderId, { status: 'failed', failureReason: 'the payment was declined', captured: eur(0) });
    expect(await ledger(orderId)).toEqual([{ kind: 'capture', outcome: 'declined', amount_minor: 1313 }]);
    expect(await refund(orderId, { reason: 'x' })).toMatchObject({
      status: 409,
      body: { code: 'payment-not-refundable' },
    });
  });
});

describe('a cancelled order', () => {
  it('gets its money back', async () => {
    const orderId = await captured();
    await hear(new OrderCancelledV1(orderId, 'cancelled by the customer'));
    await becomes(orderId, { status: 'refunded', refunded: eur(1000) });
    await eventually(async () =>
      expect(await ledger(orderId)).toEqual([
        { kind: 'capture', outcome: 'captured', amount_minor: 1000 },
        { kind: 'refund', outcome: 'refunded', amount_minor: 1000 },
      ]),
    );
  });

  it('is never paid when the cancellation comes first [41]', async () => {
    const orderId = newOrder();
    await hear(new OrderCancelledV1(orderId, 'cancelled by the customer'));
    await becomes(orderId, { status: 'cancelled' });
    await hear(new OrderPlacedV1(orderId, eur(1000)));
    await becomes(orderId, { status: 'failed', failureReason: 'the order was cancelled' });
    expect(await ledger(orderId)).toEqual([]);
  });
});

describe('a refund by an operator', () => {
  it('gives back a part, then the rest, and never more', async () => {
    const id = await captured();
    const part = await refund(id, { amountMinor: 300, reason: 'Arrived broken.' }, { 'idempotency-key': 'part' });
    expect(part).toMatchObject({ status: 200, body: { paymentId: id, version: 3 } });
    expect(part.headers.get('etag')).toBe('"3"');
    const again = await refund(id, { amountMinor: 300, reason: 'Arrived broken.' }, { 'idempotency-key': 'part' });
    expect([again.status, again.body]).toEqual([200, part.body]);
    expect(await refund(id, { amountMinor: 701, reason: 'x' })).toMatchObject({
      status: 409,
      body: {
        code: 'refund-too-large',
        detail: expect.stringContaining('at most 700 EUR (minor units), got 701 EUR (minor units).') as string,
      },
    });
    expect(await refund(id, { reason: 'The rest.' })).toMatchObject({ status: 200, body: { version: 4 } });
    expect(await refund(id, { reason: 'x' })).toMatchObject({ status: 409, body: { code: 'payment-not-refundable' } });
    await becomes(id, { status: 'refunded', captured: eur(1000), refunded: eur(1000) });
    await eventually(
      async () =>
        expect(await ledger(id)).toEqual([
          { kind: 'capture', outcome: 'captured', amount_minor: 1000 },
          { kind: 'refund', outcome: 'refunded', amount_minor: 300 },
          { kind: 'refund', outcome: 'refunded', amount_minor: 700 },
        ]),
      { timeoutMs: 30_000 },
    );
  });

  it('is made only on the version of If-Match, and seen at once', async () => {
    const id = await captured();
    const stale = await refund(id, { amountMinor: 1, reason: 'x' }, { 'if-match': '"1"' });
    expect([stale.status, stale.headers.get('etag')]).toEqual([412, '"2"']);
    expect((await refund(id, { amountMinor: 1, reason: 'x' }, { 'if-match': 'x' })).status).toBe(400);
    expect((await refund(id, { amountMinor: 1, reason: 'x' }, { 'if-match': '"2"' })).status).toBe(200);
    expect((await get(`/payments/${id}`)).body).toMatchObject({ version: 3, refunded: eur(1) });
  });

  it.each([
    {},
    { reason: '' },
    { reason: 'x', amountMinor: 0 },
    { reason: 'x', amountMinor: '1' },
    { reason: 'x', currency: 'USD' },
  ])('answers 400 to %j', async (body) => {
    expect((await refund(newOrder(), body)).status).toBe(400);
  });

  it('answers 404 where there is no payment, and 400 where there is no id', async () => {
    expect((await refund(newOrder(), { reason: 'x' })).status).toBe(404);
    expect((await get(`/payments/${newOrder()}`)).status).toBe(404);
    expect((await get(`/payments?orderId=${newOrder()}`)).body).toEqual({ items: [] });
    expect((await refund('1', { reason: 'x' })).status).toBe(400);
    expect((await get('/payments')).status).toBe(400);
  });

  it('comes with a documented API, and unknown query parameters are refused', async () => {
    expect(undocumented(describeApi(service.app, { name: 'payments' }))).toEqual([]);
    expect(hiddenRoutes(service.app, describeApi(service.app, { name: 'payments' }))).toEqual([]);
    expect((await get(`/payments/${newOrder()}?x=1`)).status).toBe(400);
    expect((await get(`/payments?orderId=${newOrder()}&x=1`)).status).toBe(400);
  });

  it('is nothing for customers, nor is anything else here', async () => {
    expect(await expectClosedDoors(service)).toEqual([
      'GET /payments',
      'GET /payments/:id',
      'POST /payments/:id/refund',
    ]);
    expect(await expectNothingForOthers(service, { id: newOrder() })).toEqual([]);
  });
});
