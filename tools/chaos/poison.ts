// I11 while it goes on: bad messages on both topics, each under a key of its own. They are kept aside, and nothing waits but that key.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaBroker } from '../../libs/event-store/src/kafka/index.js';
import type { Broker, BrokerMessage } from '../../libs/event-store/src/messaging/index.js';
import { PostgresBroker } from '../../libs/event-store/src/postgres/index.js';
import type { PlantedPoison } from '../../libs/event-store/src/testing/invariants/index.js';
import { ORDER_EVENTS, PAYMENT_EVENTS, type ShopService } from '../demo/checkout-shape.js';
import type { ShopClient } from '../demo/shop-client.js';
import { withClient } from '../postgres/index.js';
import type { System } from '../system/system.js';

/** Of the run that goes on. */
export interface Scene {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

interface Unreadable {
  /** When, as a share of the storm. */
  readonly at: number;
  readonly what: string;
  readonly topic: string;
  readonly reader: ShopService;
  readonly type: string;
  readonly value: string;
}

const orders = { topic: ORDER_EVENTS, reader: 'payment-service', type: 'shop.order.placed.v1' } as const;
const payments = { topic: PAYMENT_EVENTS, reader: 'order-service', type: 'shop.payment.captured.v1' } as const;
const NO_JSON = { what: 'no JSON', value: '{"orderId": ' } as const;
const UNKNOWN = { what: 'of a type nobody knows', value: '{}', type: 'shop.nobody.knows.v1' } as const;

const unreadables: readonly Unreadable[] = [
  { at: 0.2, ...orders, ...NO_JSON },
  { at: 0.4, ...payments, ...UNKNOWN },
  { at: 0.6, ...orders, ...UNKNOWN },
  { at: 0.8, ...payments, ...NO_JSON },
];

/** A broker that is away is asked again so soon, in milliseconds; so are the databases. */
const AGAIN_MS = 250;
/** For the first message to be parked, on a system that nobody disturbs yet, in milliseconds. */
const PARKED_WITHIN_MS = 60_000;
/** Its gateway call takes longer than it takes until the wrong answer is there. */
const SLOW = 'slow-boat-ticket';

export class Poisoner {
  /** What the checker has to know of. */
  readonly planted: PlantedPoison[] = [];
  private readonly client: Broker;

  constructor(private readonly system: System) {
    const { topics } = system.broker;
    this.client = topics
      ? new KafkaBroker({ ...topics, clientId: 'poisoner' })
      : new PostgresBroker({
          connection: { url: system.databaseUrl('bus'), applicationName: 'poisoner', poolSize: 1 },
        });
  }

  /**
   * Before the storm: a payment is captured with another amount than the order has, while its own takes its time. The message is parked, and
   * the order's own payment waits behind it from then on. The customer has no patience, and cancels.
   */
  async parkOne(shop: ShopClient, { say, signal }: Scene): Promise<void> {
    const { orderId } = await shop.place([{ sku: SLOW, quantity: 1 }]);
    const url = this.system.databaseUrl('order-service');
    await this.until(url, `SELECT FROM event_store.processes WHERE process = 'checkout' AND id = $1`, orderId, signal);
    const amount = { amountMinor: 1, currency: 'EUR' };
    const value = JSON.stringify({ orderId, paymentId: orderId, amount });
    const { headers, message } = this.message(payments, orderId, value);
    const its = { keys: [orderId], messageIds: [headers.ce_id], headers };
    this.planted.push({ service: payments.reader, as: 'parked', ...its });
    say(`puts a payment of another amount for order ${orderId} on ${payments.topic}`);
    await this.publish(message, signal);
    await this.until(
      url,
      `SELECT FROM event_store.parked_messages WHERE status = 'parked' AND key = $1`,
      orderId,
      signal,
    );
    await shop.cancel(orderId, 'Paid nothing, and heard nothing.');
  }

  /** Resolves when the last of them lies on its topic, however long the broker is away. */
  async sow(forMs: number, { say, signal }: Scene): Promise<void> {
    const start = Date.now();
    for (const { at, what, reader, value, ...place } of unreadables) {
      await sleep(Math.max(0, start + at * forMs - Date.now()), undefined, { signal });
      const key = randomUUID();
      const { headers, message } = this.message(place, key, value);
      this.planted.push({ service: reader, as: 'unreadable', keys: [key], headers });
      say(`puts a message that is ${what} on ${place.topic}`);
      await this.publish(message, signal);
    }
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private message({ topic, type }: { readonly topic: string; readonly type: string }, key: string, value: string) {
    const headers = {
      ce_specversion: '1.0',
      ce_id: randomUUID(),
      ce_source: '/chaos',
      ce_type: type,
      ce_subject: key,
      ce_streamversion: '2',
      'content-type': 'application/json',
    };
    return { headers, message: { topic, key, headers, value: Buffer.from(value) } };
  }

  private async publish(message: BrokerMessage, signal: AbortSignal): Promise<void> {
    for (; ; await sleep(AGAIN_MS, undefined, { signal })) {
      const failed = await this.client.publish([message]).catch((error: unknown) => [error]);
      if (failed.length === 0) return;
    }
  }

  private async until(url: string, sql: string, id: string, signal: AbortSignal): Promise<void> {
    for (const start = Date.now(); ; await sleep(AGAIN_MS / 5, undefined, { signal })) {
      const { rowCount } = await withClient(url, (client) => client.query(sql, [id]));
      if (rowCount !== 0) return;
      if (Date.now() - start > PARKED_WITHIN_MS)
        throw new Error(`Poison for order ${id} was not parked in time: ${sql}`);
    }
  }
}
