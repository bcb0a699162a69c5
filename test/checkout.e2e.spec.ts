// The acceptance suite: both services and the broker between them. An order is placed, paid and confirmed, or ends without our keeping any
// money. The same on every broker.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataOf } from '@app/clients';
import { PaymentCapturedV1, paymentEvents } from '@app/contracts';
import { EVENT_STORE_RUNTIME, systemIds, type EventStoreRuntime } from '@app/event-store';
import { toBrokerMessage } from '../libs/event-store/src/messaging/index.js';
import { moveTimers } from '../libs/event-store/src/testing/move-timers.js';
import { randomFrom } from '../libs/event-store/src/testing/random.js';
import { main as es } from '../tools/es/program.js';
import { eventually } from './support/eventually.js';
import { kafkaForTests } from './support/kafka.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';
import { openShop, type Shop, type ShopOptions } from './support/shop.js';

const STALL_MS = 4_000;
const ORPHAN_WAIT_MS = 1_000;
const kafka = await kafkaForTests();

let bus: TestDatabase;
beforeAll(async () => {
  bus = await createTestDatabase();
});
afterAll(() => bus?.drop());

describe('the checkout on postgres', () => {
  describeCheckout(() => ({ kind: 'postgres', busUrl: bus.url }));
});
describe.skipIf(!kafka)('the checkout on kafka', () => {
  describeCheckout(() => ({ kind: 'kafka', ...kafka! }));
});

function describeCheckout(brokerOf: () => ShopOptions['broker']): void {
  let shop: Shop;

  beforeAll(async () => {
    const gateway = { GATEWAY_FAULTS: 'timeout-after-success:1', GATEWAY_STALL_MS: STALL_MS };
    shop = await openShop({ broker: brokerOf(), gateway, orphanWaitMs: ORPHAN_WAIT_MS });
  });
  afterAll(() => shop?.close());

  const ordersRuntime = () => shop.orders.app.get<EventStoreRuntime>(EVENT_STORE_RUNTIME);
  const parkedOf = async (orderId: string) =>
    (await ordersRuntime().parking.list({ name: 'checkout', status: 'parked' })).filter(({ key }) => key === orderId);

  /** As if the payment service had said so. */
  async function publishCaptured(orderId: string, amountMinor: number): Promise<void> {
    const eventId = systemIds.next();
    const message = toBrokerMessage({
      event: new PaymentCapturedV1(orderId, orderId, { amountMinor, currency: 'EUR' }),
      cause: {
        stream: { name: `payment-${orderId}`, category: 'payment', id: orderId },
        version: 2,
        position: 1n,
        eventId,
        time: new Date(),
        metadata: { correlationId: eventId },
      },
      publisher: 'test',
      topic: paymentEvents.topic,
      source: '/test',
      key: orderId,
    });
    expect(await ordersRuntime().broker.publish([message])).toEqual([]);
  }

  it('confirms an order that is paid, and one request can be followed through both services', async () => {
    const orderId = await shop.place('mug');
    await shop.expectToSettle(
      orderId,
      { status: 'confirmed', paymentId: orderId },
      { status: 'captured', captured: { amountMinor: 890, currency: 'EUR' } },
    );
    const history = dataOf(await shop.customer.GET('/orders/{id}/history', { path: { id: orderId } }));
    expect(history.map(({ type }) => type)).toEqual(['order.placed', 'order.confirmed']);
    expect(history[1]!.correlationId).toBe(history[0]!.correlationId);
    expect(history[1]!.actor).toBe('process:checkout');
    const [captured] = await shop.payments.database.query<{ correlation: string }[]>(
      `SELECT metadata->>'correlationId' AS correlation FROM event_store.events WHERE stream = $1 AND type = 'payment.captured'`,
      [`payment-${orderId}`],
    );
    expect(captured?.correlation).toBe(history[0]!.correlationId);
  });

  it('shows whoever has an order’s id its way through both services, from the request to the confirmation', async () => {
    const orderId = await shop.place('mug');
    await shop.expectToSettle(orderId, { status: 'confirmed' }, { status: 'captured' });
    const urls = [shop.orders, shop.payments].map(({ database }) => (database.options as { url: string }).url);
    const [orders, payments] = urls.map((url) => new URL(url).pathname.slice(1)) as [string, string];
    await eventually(async () => {
      const out: string[] = [];
      const code = await es(['trace', orderId, '--json', ...urls.flatMap((url) => ['--database-url', url])], {
        out: (line) => out.push(line),
        note: (line) => out.push(line),
        look: { width: 160, color: false },
        environment: {},
        signal: new AbortController().signal,
      });
      expect(code, out.join('\n')).toBe(0);
      const { roots } = JSON.parse(out[0]!) as { roots: Hop[] };
      const hops = hopLines(roots).map((line) => line.replace(orders, 'order').replace(payments, 'payment'));
      expect(hops.filter((line) => !line.includes('timer'))).toEqual([
        'order command PlaceOrder accepted',
        ' order event order.placed',
        '  payment message shop.order.placed.v1',
        '   payment command CapturePayment accepted',
        '    payment event payment.requested',
        '    payment event payment.captured',
        '     order message shop.payment.captured.v1',
        '      order command ConfirmOrder accepted',
        '       order event order.confirmed',
        '        payment message shop.order.confirmed.v1',
      ]);
      expect(hops).toContain('  order timer payment-deadline');
    });
  });

  it('cancels an order whose payment is declined, and says why', async () => {
    const orderId = await shop.place('unlucky-charm');
    expect((await shop.order(orderId)).total).toEqual({ amountMinor: 1313, currency: 'EUR' });
    await shop.expectToSettle(
      orderId,
      { status: 'cancelled', cancelReason: 'the payment was declined' },
      { status: 'failed' },
    );
  });

  it('gives the money of a confirmed order back when it is cancelled', async () => {
    const orderId = await shop.place('coffee-beans');
    await shop.expectToSettle(orderId, { status: 'confirmed' }, { status: 'captured' });
    expect(await shop.cancel(orderId)).toMatchObject({ orderId });
    await shop.expectToSettle(
      orderId,
      { status: 'cancelled' },
      { status: 'refunded', refunded: { amountMinor: 1250, currency: 'EUR' } },
    );
  });

  it('keeps no money of orders that are cancelled while they are being paid, neither before it was taken nor after [42]', async () => {
    const random = randomFrom(42);
    const placeAndCancel = async (cancelAfterMs: number): Promise<string> => {
      const orderId = await shop.place('espresso-machine');
      await sleep(cancelAfterMs);
      await shop.cancel(orderId);
      return orderId;
    };
    const ids = await Promise.all(Array.from({ length: 30 }, () => placeAndCancel(random.between(0, 300))));
    for (const orderId of ids) {
      const status = expect.stringMatching(/^(refunded|failed)$/) as string;
      await shop.expectToSettle(orderId, { status: 'cancelled' }, { status });
    }
    await eventually(async () => expect(await heldFor(shop, ids)).toBe(0));
  });

  it('keeps no money of an order of which the payment service hears first that it is cancelled [42]', async () => {
    const { control } = shop.payments.app.get<EventStoreRuntime>(EVENT_STORE_RUNTIME);
    const captures = { name: 'payment-capture-placed', log: 'inbound' } as const;
    expect(await control.pause(captures, { by: 'test', reason: 'the cancellation comes first' })).toBe(true);
    const orderId = await shop.place('espresso-machine');
    await shop.cancel(orderId);
    await eventually(async () => expect(await shop.payment(orderId)).toMatchObject({ status: 'cancelled' }));
    expect(await control.resume(captures)).toBe(true);
    await shop.expectToSettle(orderId, { status: 'cancelled' }, { status: 'failed' });
    expect(await heldFor(shop, [orderId])).toBe(0);
  });

  it('cancels an order that is not paid in time, and gives back what is captured too late', async () => {
    const orderId = await shop.place('slow-boat-ticket');
    const query = (sql: string, params?: readonly unknown[]) =>
      shop.orders.database.query<Record<string, string | null>[]>(sql, params && [...params]);
    await eventually(async () => {
      const timers = await query('SELECT 1 FROM event_store.process_timers WHERE process_id = $1', [orderId]);
      expect(timers).toHaveLength(1);
    });
    expect((await shop.order(orderId)).status).toBe('placed');
    await moveTimers(query, 900_000);
    await eventually(async () => {
      expect(await shop.order(orderId)).toMatchObject({
        status: 'cancelled',
        cancelReason: 'payment timed out',
      });
    });
    await shop.expectToSettle(orderId, { status: 'cancelled' }, { status: 'refunded' });
    await eventually(async () => expect(await heldFor(shop, [orderId])).toBe(0));
  });

  it('parks a payment of another amount: nothing happens to the order', async () => {
    const orderId = await shop.place('slow-boat-ticket');
    await publishCaptured(orderId, 4_276);
    const [parked] = await eventually(async () => {
      const found = await parkedOf(orderId);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(parked!.reason).toMatch(/paid-amount-differs.*4277 EUR.*4276 EUR/);
    expect((await shop.order(orderId)).status).toBe('placed');
  });

  it('lets a payment for an order nobody knows wait, then parks it', async () => {
    const orderId = systemIds.next();
    await publishCaptured(orderId, 100);
    const waiting = () => ordersRuntime().parking.list({ name: 'checkout', key: orderId, status: 'waiting' });
    await eventually(async () => expect(await waiting()).toHaveLength(1));
    await eventually(async () => expect(await parkedOf(orderId)).toHaveLength(1), { timeoutMs: 20_000 });
    expect((await shop.customer.GET('/orders/{id}', { path: { id: orderId } })).status).toBe(404);
  });
}

interface Hop {
  readonly context: string;
  readonly kind: string;
  readonly type: string;
  readonly outcome?: string;
  readonly children: readonly Hop[];
}

function hopLines(hops: readonly Hop[], indent = ''): string[] {
  return hops.flatMap(({ context, kind, type, outcome, children }) => [
    `${indent}${context} ${kind} ${type}${outcome ? ` ${outcome}` : ''}`,
    ...hopLines(children, `${indent} `),
  ]);
}

/** Minor units the gateway holds for these orders. */
async function heldFor({ payments }: Shop, orderIds: readonly string[]): Promise<number> {
  const [held] = await payments.database.query<{ minor: string | null }[]>(
    `SELECT sum(CASE outcome WHEN 'captured' THEN amount_minor WHEN 'refunded' THEN -amount_minor ELSE 0 END) AS minor
       FROM gateway_ledger WHERE payment_id = ANY($1::uuid[])`,
    [orderIds],
  );
  return Number(held?.minor ?? 0);
}
