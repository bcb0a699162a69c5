// Opens the databases of a running system, and its topics, for the checker. Nothing here writes.
import pg from 'pg';
import {
  publishedOnPostgres,
  type Query,
  type ReadModelCopies,
  type Row,
  type SystemProbe,
  type Violation,
} from '../../libs/event-store/src/testing/invariants/index.js';
import { publishedOnKafka } from '../../libs/event-store/src/kafka/index.js';
import type { KafkaAddress } from '../system/broker.js';
import { checkAggregates } from './aggregate-states.js';
import { rebuildReadModels } from './read-models.js';
import { checkSeals } from './sealed-events.js';
import { checkoutShapes, ORDER_EVENTS, PAYMENT_EVENTS, shopServices, type ShopService } from './checkout-shape.js';

export interface CheckoutProbe extends SystemProbe {
  readonly queries: Readonly<Record<ShopService, Query>>;
  /** What is served, and what its events give. */
  readModels(): Promise<readonly ReadModelCopies[]>;
  /** I9: states through snapshots. */
  checkAggregates(): Promise<readonly Violation[]>;
  /** I13: events as they were sealed. */
  checkSeals(): Promise<readonly Violation[]>;
  close(): Promise<void>;
}

/** `databaseUrl` as a running system gives it; `topics` where they are on Kafka. */
export function openProbe(
  databaseUrl: (name: ShopService | 'bus') => string,
  topics: KafkaAddress | undefined,
): CheckoutProbe {
  const pools = new Map(([...shopServices, 'bus'] as const).map((name) => [name, openPool(databaseUrl(name))]));
  const queryOf =
    (name: ShopService | 'bus'): Query =>
    async (sql, params = []) =>
      (await pools.get(name)!.query<Row>(sql, [...params])).rows;
  return {
    shapes: checkoutShapes,
    queries: { 'order-service': queryOf('order-service'), 'payment-service': queryOf('payment-service') },
    publishedMessages: topics
      ? publishedOnKafka({ ...topics, topics: [ORDER_EVENTS, PAYMENT_EVENTS] })
      : publishedOnPostgres(queryOf('bus')),
    readModels: () => rebuildReadModels(databaseUrl),
    checkAggregates: () => checkAggregates(databaseUrl),
    checkSeals: () => checkSeals(databaseUrl),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

function openPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 2, application_name: 'invariant checker' });
  pool.on('error', () => undefined); // an idle connection that is cut must not take the process down; the next query says so
  return pool;
}
