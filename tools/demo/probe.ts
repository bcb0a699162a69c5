// Opens the databases of a running system for the checker. Nothing here writes.
import pg from 'pg';
import {
  publishedOnPostgres,
  type Query,
  type Row,
  type SystemProbe,
} from '../../libs/event-store/src/testing/invariants/index.js';
import { services, type ServiceName } from '../system/build.js';
import { checkoutShapes } from './checkout-shape.js';

export interface CheckoutProbe extends SystemProbe {
  readonly queries: Readonly<Record<ServiceName, Query>>;
  close(): Promise<void>;
}

/** `databaseUrl` as a running system gives it. */
export function openProbe(databaseUrl: (name: ServiceName | 'bus') => string): CheckoutProbe {
  const pools = new Map(([...services, 'bus'] as const).map((name) => [name, openPool(databaseUrl(name))]));
  const queryOf =
    (name: ServiceName | 'bus'): Query =>
    async (sql, params = []) =>
      (await pools.get(name)!.query<Row>(sql, [...params])).rows;
  return {
    shapes: checkoutShapes,
    queries: { 'order-service': queryOf('order-service'), 'payment-service': queryOf('payment-service') },
    publishedMessages: publishedOnPostgres(queryOf('bus')),
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
