// A process manager as subscriptions: what reaches it is handled in one unit of work with its state, its commands, its timers and the checkpoint.
import {
  DomainError,
  eventDeclaration,
  type Class,
  type EventRegistry,
  type LogName,
  type LogRecord,
  type UnknownEventTypeError,
} from '../core/index.js';
import { DEPLOY_MS, retryingFor, type RetryPolicy, type TransactionalSubscription } from '../subscriptions/index.js';
import { Collected } from './collected.js';
import { CorrelationKeyTakenError, ProcessNotStartedError, type NewerStateError } from './errors.js';
import type { OutgoingCommand, OutgoingLog } from './outgoing-command.js';
import { ProcessRoutes } from './process-routes.js';
import { ProcessRows } from './process-rows.js';
import type { ProcessStore, ProcessTimer } from './process-store.js';
import { takeTurn, type TurnOptions } from './process-turn.js';

export interface ProcessSubscriptionOptions extends TurnOptions {
  readonly store: ProcessStore;
  readonly outgoing: OutgoingLog;
  readonly registry: EventRegistry;
  /** Event types that arrive from other contexts. */
  readonly inboundTypes: ReadonlySet<string>;
  /** How long an event waits for a process to have its key before it is parked, in milliseconds: up to twice as long. */
  readonly orphanWaitMs: number;
}

const atOnce: RetryPolicy = { maxAttempts: 1, firstDelayMs: 0, maxDelayMs: 0 };

/** One for each log that something for the process arrives in; signals are always in `inbound`. */
export function processSubscriptions(options: ProcessSubscriptionOptions): TransactionalSubscription[] {
  const { definition, inboundTypes } = options;
  const events = [...definition.events.keys()];
  const isInbound = (event: Class): boolean => inboundTypes.has(eventDeclaration(event)!.type);
  const own = events.filter((event) => !isInbound(event));
  const inbound = subscriptionTo('inbound', events.filter(isInbound), options);
  return own.length === 0 ? [inbound] : [subscriptionTo('events', own, options), inbound];
}

function subscriptionTo(
  log: LogName,
  events: readonly Class[],
  options: ProcessSubscriptionOptions,
): TransactionalSubscription {
  const { definition, store, registry, commands, orphanWaitMs } = options;
  const { name } = definition;
  const routes = new ProcessRoutes({ definition, log, events, registry, commands });
  const rows = new ProcessRows(name, store);
  const outgoing = new Collected<OutgoingCommand>((decided) => options.outgoing.append(decided));
  const timers = new Collected<ProcessTimer>((decided) => store.schedule(decided));
  const orphanPolicy = retryingFor(orphanWaitMs);
  const deployPolicy = retryingFor(Math.max(DEPLOY_MS, orphanWaitMs)); // until then, what a newer build has written waits for it
  const patience = new Map<string, RetryPolicy>([
    ['ES-1504' satisfies ProcessNotStartedError['code'], orphanPolicy],
    ['ES-1507' satisfies NewerStateError['code'], deployPolicy],
    ['ES-1005' satisfies UnknownEventTypeError['code'], deployPolicy],
  ]);
  return {
    delivery: 'transactional',
    name,
    log,
    start: definition.start,
    wants: (record) => routes.wants(record),
    unreadable: (record) => routes.unreadable(record),
    unknown: definition.unknown,
    keyOf: (record) => routes.keyOf(record),
    retryFor(code, error) {
      if (error instanceof DomainError) return atOnce; // the same state and the same event decide the same again
      if (error instanceof CorrelationKeyTakenError) return atOnce; // a key is never given back
      return patience.get(code);
    },
    prepare(records, transaction) {
      const keys = (of: readonly LogRecord[]) => new Set(of.map((record) => routes.keyOf(record)));
      return rows.lock(transaction, keys(records), keys(records.filter((record) => routes.starts(record))));
    },
    async keysWithin(record, transaction) {
      const key = routes.keyOf(record);
      const row = await rows.get(transaction, key, routes.starts(record));
      return row ? [...new Set([row.id, key, ...row.keys])] : [key];
    },
    /** What waits for its start must not hold the start back; of two starts the first goes first. */
    async overtakes(record, ahead, transaction) {
      if (routes.isOrder(record)) return true;
      if (!routes.starts(record) || (await ahead()).some(({ type }) => routes.mayStart(type))) return false;
      const row = await rows.get(transaction, routes.keyOf(record), true);
      return row?.status === 'new';
    },
    async handle(record, transaction) {
      const starts = routes.starts(record);
      const key = routes.keyOf(record);
      const row = await rows.get(transaction, key, starts);
      if (!row || (row.status === 'new' && !starts)) throw new ProcessNotStartedError(name, key, record.type);
      let present = row;
      for (const answer of routes.answersTo(record))
        present = await takeTurn({ row: present, record, answer, rows, outgoing, timers, transaction }, options);
    },
    async conclude(transaction) {
      await rows.write(transaction);
      await outgoing.write(transaction);
      await timers.write(transaction);
    },
  };
}
