// What both services show to Prometheus after orders, a lost race, a message nobody can act on, one that came twice, and a database that is gone.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PaymentCapturedV1, paymentEvents } from '@app/contracts';
import { systemIds } from '@app/event-store';
import { toBrokerMessage, type BrokerMessage } from '../libs/event-store/src/messaging/index.js';
import { PostgresBroker } from '../libs/event-store/src/postgres/index.js';
import { allMetrics } from '../libs/platform/src/telemetry/service-metrics.js';
import type { OrderAnswer } from '../tools/demo/shop-client.js';
import { eventually } from './support/eventually.js';
import { queries, wrongIn, type Shown } from './support/observability.js';
import { scrape, seriesOf, type Scrape } from './support/scrape.js';
import { startWholeSystem, type WholeSystem } from './support/whole-system.js';

const ORDERS = 3;
/** What a service reads from its database is up to 3 s old. */
const SEEN = { timeoutMs: 20_000, everyMs: 250 };

/** What the traffic of this file need not bring about, each with what would. */
const ONLY_AFTER_MORE: Readonly<Record<string, string>> = {
  'event_store_subscription_state has no state stopped': 'a subscription that meets an event of a newer build',
  'event_store_lease_changes_total has no change lost': 'a replica that stood still for longer than its lease',
  'event_store_parked_records has no status behind': 'a second message of a key that is parked',
  'event_store_parked_records has no status waiting': 'a look between two attempts at a record',
  'http_server_request_duration_seconds_count has no http_response_status_code 5..': 'a request that fails',
  'event_store_events_appended_total has no type .+[.]failed': 'a payment that is refused',
  'event_store_events_appended_total has no type .+[.]refunded': 'an operator who gives money back',
  'event_store_records_skipped_total is shown by nobody':
    'an event of a newer build, and a subscription that skips those',
  'event_store_dead_letters_waiting is shown by nobody': 'a service with a dead-letter topic',
  'event_store_command_duration_seconds_count has no outcome rejected': 'a command that a rule refuses',
  'event_store_unreadable_messages has no reason id-reused': 'another message under an id that came before',
  // Those that no traffic brings about here have a test of their own: store-readings.unit.spec.ts.
  'event_store_timers_due is shown by nobody': 'a timer that is due, which fires at once',
  'event_store_timers_overdue_seconds is shown by nobody': 'the same',
};

let whole: WholeSystem;
let broker: PostgresBroker;
beforeAll(async () => {
  whole = await startWholeSystem({ METRICS_PORT: '0', ORPHAN_WAIT_MS: '1' });
  const connection = { url: whole.system.databaseUrl('bus'), applicationName: 'test' };
  broker = new PostgresBroker({ connection, warn: () => undefined });
  await broker.start();
}, 240_000);
afterAll(async () => {
  await broker?.close();
  await whole?.close();
});

const of = (service: 'order-service' | 'payment-service'): Promise<Scrape> =>
  scrape(whole.system.running(service).metricsUrl!);

const placed: OrderAnswer[] = [];

async function placeAndSettle(): Promise<string> {
  const { orderId } = await whole.shop.place([{ sku: 'mug', quantity: 1 }]);
  await eventually(async () => expect((await whole.shop.order(orderId)).status).toBe('confirmed'), SEEN);
  placed.push(await whole.shop.order(orderId));
  return orderId;
}

/** As if the payment service had said so of an order nobody knows. */
function captured(): BrokerMessage {
  const orderId = systemIds.next();
  return toBrokerMessage({
    event: new PaymentCapturedV1(orderId, orderId, { amountMinor: 100, currency: 'EUR' }),
    cause: {
      stream: { name: `payment-${orderId}`, category: 'payment', id: orderId },
      version: 2,
      position: 1n,
      eventId: systemIds.next(),
      time: new Date(),
      metadata: { correlationId: orderId },
    },
    publisher: 'test',
    topic: paymentEvents.topic,
    source: '/test',
    key: orderId,
  });
}

describe('the metrics of a service', { timeout: 120_000 }, () => {
  it('count orders through both services, from the request to what was published', async () => {
    for (let order = 0; order < ORDERS; order += 1) await placeAndSettle();
    await eventually(async () => {
      const [orders, payments] = [await of('order-service'), await of('payment-service')];
      const posted = { http_request_method: 'POST', http_route: '/orders', http_response_status_code: '201' };
      expect(orders.sum('http_server_request_duration_seconds_count', posted)).toBe(ORDERS);
      expect(orders.sum('event_store_events_appended_total', { type: 'order.placed' })).toBe(ORDERS);
      expect(orders.sum('event_store_events_appended_total', { type: 'order.confirmed' })).toBe(ORDERS);
      const appended = { category: 'order', outcome: 'appended' };
      expect(orders.sum('event_store_append_duration_seconds_count', appended)).toBe(2 * ORDERS);
      expect(orders.sum('event_store_append_duration_seconds_bucket', { ...appended, le: '+Inf' })).toBe(2 * ORDERS);
      const confirmed = { command: 'ConfirmOrder', outcome: 'accepted' };
      expect(orders.sum('event_store_command_duration_seconds_count', confirmed)).toBe(ORDERS);
      expect(payments.sum('event_store_events_appended_total', { type: 'payment.captured' })).toBe(ORDERS);
      const topic = { messaging_destination_name: paymentEvents.topic };
      expect(payments.sum('messaging_client_sent_messages_total', { ...topic, outcome: 'sent' })).toBe(ORDERS);
      expect(orders.sum('messaging_client_consumed_messages_total', topic)).toBe(ORDERS);
      expect(orders.sum('event_store_processes', { process: 'checkout', status: 'completed' })).toBeLessThanOrEqual(
        ORDERS,
      );
      expect(orders.sum('event_store_inbox_duplicates_total')).toBe(0);
    }, SEEN);
  });

  it('add up the money that was taken, as the orders say it', async () => {
    const total = placed.reduce((sum, order) => sum + order.total.amountMinor, 0);
    expect(total).toBeGreaterThan(0);
    await eventually(async () => {
      const payments = await of('payment-service');
      expect(payments.sum('service_money_minor', { account: 'captured', currency: 'EUR' })).toBe(total);
      expect(payments.sum('service_money_minor', { account: 'refunded', currency: 'EUR' })).toBe(0);
    }, SEEN);
  });

  it('name the route of a probe, by which no alert counts it as a request', async () => {
    await fetch(`${whole.system.running('order-service').url}/health/ready`);
    await eventually(async () => {
      const probes = { http_route: '/health/ready', http_response_status_code: '200' };
      expect((await of('order-service')).sum('http_server_request_duration_seconds_count', probes)).toBe(1);
    }, SEEN);
  });

  it('tell of every subscription what it does and how far it is behind', async () => {
    await eventually(async () => {
      const orders = await of('order-service');
      const lags = orders.series('event_store_subscription_lag_events');
      expect(lags.map(({ value }) => value)).toEqual(lags.map(() => 0));
      const named = (name: string) =>
        orders.series(name).map(({ labels: { subscription, log } }) => `${log}/${subscription}`);
      expect(named('event_store_subscription_lag_seconds').sort()).toEqual(
        named('event_store_subscription_state').sort(),
      );
      expect(
        lags.filter(({ labels }) => labels['kind'] === 'publisher').map(({ labels }) => labels['subscription']),
      ).toEqual(['OrderPublisher']);
      expect(new Set(orders.series('event_store_subscription_state').map(({ labels }) => labels['state']))).toEqual(
        new Set(['running']),
      );
      expect(orders.sum('event_store_lease_changes_total', { subscription: 'OrderPublisher', change: 'taken' })).toBe(
        1,
      );
      expect(orders.sum('event_store_metrics_source_up')).toBe(4);
      expect(orders.sum('db_client_connection_count', { db_client_connection_pool_name: 'appends' })).toBeGreaterThan(
        0,
      );
      expect(orders.sum('db_client_connection_count', { db_client_connection_pool_name: 'bus' })).toBeGreaterThan(0);
      expect(orders.series('messaging_consumer_lag_messages').length).toBeGreaterThan(0);
      expect(orders.sum('messaging_consumer_lag_messages')).toBe(0);
      expect(orders.sum('process_memory_usage_bytes')).toBeGreaterThan(1e7);
    }, SEEN);
  });

  it('do not count what a scrape asks as calls that wait for a connection', async () => {
    const began = (await of('order-service')).sum('process_uptime_seconds');
    const metricsPool = { db_client_connection_pool_name: 'metrics-statements' };
    const waiting: number[] = [];
    // Long enough for every source that is read every three seconds to be read again.
    await eventually(async () => {
      const orders = await of('order-service');
      waiting.push(...orders.series('db_client_connection_pending_requests', metricsPool).map(({ value }) => value));
      expect(orders.sum('process_uptime_seconds')).toBeGreaterThan(began + 7);
    }, SEEN);
    expect(new Set(waiting)).toEqual(new Set([0]));
  });

  it('count lost races, and what was decided again', async () => {
    await eventually(async () => {
      const { orderId } = await whole.shop.place([{ sku: 'slow-boat-ticket', quantity: 1 }]);
      await Promise.all(Array.from({ length: 8 }, () => whole.shop.cancel(orderId, 'race')));
      const orders = await of('order-service');
      const conflicts = orders.sum('event_store_append_duration_seconds_count', {
        category: 'order',
        outcome: 'conflict',
      });
      expect(conflicts).toBeGreaterThan(0);
      const retries = orders.sum('event_store_conflict_retries_total', { category: 'order' });
      expect(retries).toBeGreaterThan(0);
      expect(retries).toBeLessThanOrEqual(conflicts);
    }, SEEN);
  });

  it('count what is parked, what came twice and what nobody can read, each with its reason', async () => {
    const message = captured();
    const unknown = { ...captured(), headers: { ...captured().headers, ce_type: 'payment.forgotten.v9' } };
    await broker.publish([message, unknown]);
    await broker.publish([message]);
    await eventually(async () => {
      const orders = await of('order-service');
      const parked = { subscription: 'checkout', reason: 'ES-1504' };
      expect(orders.sum('event_store_records_parked_total', parked)).toBe(1);
      expect(orders.sum('event_store_parked_records', { ...parked, status: 'parked' })).toBe(1);
      const topic = { messaging_destination_name: paymentEvents.topic };
      expect(orders.sum('event_store_inbox_duplicates_total', topic)).toBe(1);
      expect(orders.sum('event_store_inbox_unreadable_total', { ...topic, reason: 'unknown-type' })).toBe(1);
      expect(orders.sum('event_store_unreadable_messages', { ...topic, reason: 'unknown-type' })).toBe(1);
    }, SEEN);
  });

  it('show what an open transaction holds back', async () => {
    const writer = new pg.Client({ connectionString: whole.system.databaseUrl('order-service') });
    await writer.connect();
    try {
      await writer.query('BEGIN');
      await writer.query(
        `INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
         VALUES (gen_random_uuid(), 'held-1', 1, 'held.back', 1, '{}', '{"correlationId":"c"}')`,
      );
      await whole.shop.place([{ sku: 'mug', quantity: 1 }]);
      await eventually(async () => {
        const orders = await of('order-service');
        expect(orders.sum('event_store_settled_lag_seconds', { log: 'events' })).toBeGreaterThan(0);
        expect(orders.sum('event_store_settled_lag_events', { log: 'events' })).toBeGreaterThan(0);
        expect(orders.sum('event_store_subscription_lag_seconds', { kind: 'publisher' })).toBeGreaterThan(0);
      }, SEEN);
      await writer.query('ROLLBACK');
    } finally {
      await writer.end();
    }
    await eventually(async () => {
      const settled = (await of('order-service')).series('event_store_settled_lag_seconds');
      expect(settled.length).toBeGreaterThan(0);
      expect(settled.filter(({ value }) => value > 0)).toEqual([]);
    }, SEEN);
  });

  it('are what every dashboard and every alert asks for, with the labels and values they name', async () => {
    const seen = (await Promise.all([of('order-service'), of('payment-service')])).flatMap(({ samples }) => samples);
    const named = (name: string) => seen.filter((sample) => sample.name === name);
    const shown: Shown = {
      labelsOf: (name) => {
        const samples = named(name);
        return samples.length === 0 ? undefined : samples.flatMap(({ labels }) => Object.keys(labels));
      },
      valuesOf: (name, label) => named(name).map(({ labels }) => labels[label] ?? ''),
    };
    const missing = new Set(queries.flatMap(([, expr]) => wrongIn(expr, shown)));
    expect([...missing].filter((complaint) => !(complaint in ONLY_AFTER_MORE))).toEqual([]);
  });

  it('have the names and labels that are declared, and no id among their values', async () => {
    const declared = seriesOf(allMetrics);
    for (const service of ['order-service', 'payment-service'] as const) {
      const { samples, text } = await of(service);
      for (const { name, labels } of samples.filter((one) => one.name !== 'target_info'))
        expect([name, ...Object.keys(labels).sort()]).toEqual([name, ...[...(declared.get(name) ?? [])].sort()]);
      expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/);
    }
  });

  it('come without what the database says while that is gone', async () => {
    await whole.system.postgres.kill9();
    await eventually(async () => {
      const orders = await of('order-service');
      expect(orders.sum('event_store_metrics_source_up', { source: 'database' })).toBe(0);
      expect(orders.series('event_store_subscription_lag_events')).toEqual([]);
      expect(orders.sum('http_server_request_duration_seconds_count')).toBeGreaterThan(0);
    }, SEEN);
    await whole.system.postgres.start();
    await eventually(async () => {
      expect((await of('order-service')).sum('event_store_metrics_source_up', { source: 'database' })).toBe(1);
    }, SEEN);
  });
});
