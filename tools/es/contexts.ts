// The bounded contexts of this repository, as far as operations need to know them. A new context adds itself here.
import { migrations as orderMigrations } from '../../apps/order-service/src/infrastructure/migrations/index.js';
import { migrations as paymentMigrations } from '../../apps/payment-service/src/infrastructure/migrations/index.js';
import { orderEvents, paymentEvents } from '../../libs/contracts/src/index.js';
import type { TopicContract } from '../../libs/event-store/src/messaging/index.js';
import { eventStoreMigrations } from '../../libs/event-store/src/postgres/index.js';
import { services, type ServiceName } from '../system/build.js';

interface KnownContext {
  readonly migrations: readonly { readonly name: string }[];
  /** What it consumes: with these contracts an unreadable message is read again. */
  readonly consumes: readonly TopicContract[];
  /** Subscriptions that are gone on purpose, as its module lists them. */
  readonly retired: readonly string[];
}

const known: Readonly<Record<ServiceName, KnownContext>> = {
  'order-service': {
    migrations: orderMigrations,
    consumes: [paymentEvents],
    retired: ['checkout-confirm-paid', 'checkout-cancel-unpaid'],
  },
  'payment-service': { migrations: paymentMigrations, consumes: [orderEvents], retired: [] },
};

/** As the platform names it, whose code is too much to load for a name. */
export const MIGRATIONS_TABLE = 'schema_migrations';

export const contextNames: readonly string[] = services;

/** Of the event store alone: what operations themselves need. */
export const storeMigrations = eventStoreMigrations.map(({ name }) => name);

/** A database whose context is not of this repository is known by the event store's migrations only. */
export function migrationsOf(context: string): readonly string[] {
  const own = isKnown(context) ? known[context].migrations.map(({ name }) => name) : [];
  return [...storeMigrations, ...own];
}

export function consumedBy(context: string): readonly TopicContract[] {
  return isKnown(context) ? known[context].consumes : [];
}

export function retiredIn(context: string): readonly string[] {
  return isKnown(context) ? known[context].retired : [];
}

/** `order_service` is the database of `order-service`. */
export function contextOfDatabase(database: string): string {
  const name = database.replaceAll('_', '-');
  return isKnown(name) ? name : database;
}

export function databaseOfContext(context: string): string {
  return context.replaceAll('-', '_');
}

export function isKnown(name: string): name is ServiceName {
  return (services as readonly string[]).includes(name);
}
