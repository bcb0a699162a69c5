// A process manager as subscriptions: what reaches it is handled in one unit of work with its state, its commands, its timers and the checkpoint.
import {
  deterministicId,
  DomainError,
  eventDeclaration,
  MessageContext,
  type Class,
  type EventRegistry,
  type LogName,
  type LogRecord,
  type Transaction,
  type UnknownEventTypeError,
} from '../core/index.js';
import {
  DEPLOY_MS,
  retryingFor,
  type Logger,
  type RetryPolicy,
  type TransactionalSubscription,
} from '../subscriptions/index.js';
import type { CommandRegistry } from './command-registry.js';
import { CorrelationKeyTakenError, NewerStateError, ProcessNotStartedError } from './errors.js';
import type { OutgoingLog } from './outgoing-command.js';
import { decisionOf, metadataOf } from './process-decision.js';
import { runReaction, type Process } from './process.js';
import type { ProcessDefinition } from './process.decorators.js';
import { ProcessRoutes, withoutRejected, type Reaction } from './process-routes.js';
import { ProcessRows } from './process-rows.js';
import type { ProcessStore, StoredProcess } from './process-store.js';

export interface ProcessSubscriptionOptions {
  readonly definition: ProcessDefinition;
  /** As Nest built it: injected fields, and the state that a process starts with. */
  readonly instance: Process;
  readonly store: ProcessStore;
  readonly outgoing: OutgoingLog;
  readonly registry: EventRegistry;
  readonly commands: CommandRegistry;
  /** Event types that arrive from other contexts. */
  readonly inboundTypes: ReadonlySet<string>;
  /** How long an event waits for a process to have its key before it is parked, in milliseconds: up to twice as long. */
  readonly orphanWaitMs: number;
  readonly logger: Logger;
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
      for (const reaction of routes.reactionsTo(record))
        present = await react({ row: present, record, reaction, rows, transaction }, options);
    },
  };
}

interface Turn {
  readonly row: StoredProcess;
  readonly record: LogRecord;
  readonly reaction: Reaction | { readonly ignored: string };
  readonly rows: ProcessRows;
  readonly transaction: Transaction;
}

/** The process afterwards. */
async function react(
  turn: Turn,
  { definition, instance, outgoing, store, commands, logger }: ProcessSubscriptionOptions,
): Promise<StoredProcess> {
  const { row: found, record, reaction, rows, transaction } = turn;
  const { process, id } = found;
  const fields = { process, id, type: record.type, record: record.id };
  if (found.status === 'completed') {
    logger.debug(`Process ${process} is completed: a late record.`, fields);
    return found;
  }
  // Before anything else: what this build has no reaction to, the newer one may wait for.
  if (found.stateVersion > definition.version)
    throw new NewerStateError(process, id, found.stateVersion, definition.version);
  const row = withoutRejected(found, record);
  if ('ignored' in reaction) {
    const level = record.type === 'process.timer' ? 'warn' : 'debug';
    logger[level](`Process ${process} has ${reaction.ignored}: a signal changes nothing.`, fields);
    if (row.undo.length < found.undo.length) await rows.save(transaction, row);
    return row;
  }
  const state = row.status === 'new' ? instance.state : presentState(row, definition);
  const cause = reaction.part ? deterministicId(record.id, 'part', reaction.part) : record.id;
  const seed = deterministicId(process, cause);
  const context = new MessageContext({ ...metadataOf(row, record), seed });
  const outcome = await MessageContext.run(context, () => runReaction(instance, { id, state }, calling(reaction)));
  const decision = decisionOf({ row, record, cause, ...outcome, stateVersion: definition.version, commands });
  await rows.save(transaction, decision.row);
  const decided = await rows.learn(transaction, decision.row, outcome.said.keys);
  if (decision.commands.length > 0) await outgoing.append(decision.commands);
  if (decision.timers.length > 0) await store.schedule(decision.timers);
  return decided;
}

function calling({ member, args }: Reaction): (process: Process) => unknown {
  return (process) =>
    (process as unknown as Record<string | symbol, (...given: unknown[]) => unknown>)[member]!(...args);
}

/** Raised to the present version. */
function presentState({ state, stateVersion }: StoredProcess, { upcast }: ProcessDefinition): object {
  return upcast.slice(stateVersion - 1).reduce((data, upcaster) => upcaster(data), state as Record<string, unknown>);
}
