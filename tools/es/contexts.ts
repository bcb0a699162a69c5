// The bounded contexts of this repository, as far as operations need to know them: what each says about itself in its src/context.ts.
import type { TopicContract } from '../../libs/event-store/src/messaging/index.js';
import { eventStoreMigrations } from '../../libs/event-store/src/postgres/index.js';
import { contexts } from '../contexts/registry.js';

/** What `apps/<name>-service/src/context.ts` exports. */
export interface ContextFacts {
  readonly migrations: readonly (new () => { readonly name?: string })[];
  /** What it consumes: with these contracts an unreadable message is read again. */
  readonly consumes: readonly TopicContract[];
  /** Where it publishes: the doctor looks whether these topics are as they should be. */
  readonly publishes?: readonly TopicContract[];
  /** Subscriptions that are gone on purpose. */
  readonly retired: readonly string[];
}

/** A database whose context is not of this repository is known by the event store's migrations only. */
const stranger: ContextFacts = { migrations: [], consumes: [], retired: [] };

/** As the platform names it, whose code is too much to load for a name. */
export const MIGRATIONS_TABLE = 'schema_migrations';

/** Of the event store alone: what operations themselves need. */
export const storeMigrations = eventStoreMigrations.map(({ name }) => name);

/** The services of the registry: `order-service` is how operations call the context `order`. */
export function contextNames(): readonly string[] {
  return contexts().map(({ service }) => service);
}

/** Loaded when somebody asks: a context that is broken must not keep operations from looking at another. */
export async function factsOf(context: string): Promise<ContextFacts> {
  if (!isKnown(context)) return stranger;
  const file = new URL(`../../apps/${context}/src/context.ts`, import.meta.url);
  return (await import(/* @vite-ignore */ file.href)) as ContextFacts;
}

export async function migrationsOf(context: string): Promise<readonly string[]> {
  const { migrations } = await factsOf(context);
  return [...storeMigrations, ...migrations.map(({ name }) => name)];
}

/** `order_service` is the database of `order-service`. */
export function contextOfDatabase(name: string): string {
  return contexts().find(({ database }) => database === name)?.service ?? name;
}

export function isKnown(name: string): boolean {
  return contextNames().includes(name);
}
