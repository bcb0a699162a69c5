// The gauges of a service's event store: what its database, its broker and its own subscriptions say.
import { storeMetrics as metrics, type LogName } from '@app/event-store/core';
import type { EventStoreRuntime, SubscriptionHost } from '@app/event-store';
import type { Figures } from '@app/event-store/operations';
import { kept, reading, type Reading, type Source } from './reading.js';

/** A scrape waits so long at most for one source, in milliseconds: Prometheus gives up after ten seconds. */
const WITHIN_MS = 2_000;
const EVERY_MS = 3_000;
/** Looks at every process there is or was. */
const PROCESSES_EVERY_MS = 60_000;

export function storeReadings(runtime: EventStoreRuntime, subscriptions: SubscriptionHost): Source[] {
  const { figures } = runtime;
  const often = { everyMs: EVERY_MS, withinMs: WITHIN_MS };
  const sources: Source[] = [
    () => ofThisProcess(runtime, subscriptions),
    kept({ name: 'settling', ...often }, () => settling(runtime)),
    kept({ name: 'broker', ...often }, () => consumers(runtime, subscriptions)),
  ];
  if (!figures) return sources;
  return [
    () => pools(figures), // before any other: the statements of this scrape would count as calls that wait
    ...sources,
    kept({ name: 'database', ...often }, () => inDatabase(figures, subscriptions)),
    kept({ name: 'processes', everyMs: PROCESSES_EVERY_MS, withinMs: WITHIN_MS }, () => processes(figures)),
  ];
}

function ofThisProcess({ waking }: EventStoreRuntime, subscriptions: SubscriptionHost): Reading[] {
  const { status = 'local' } = waking ?? {};
  const hears = status === 'local' ? [] : [reading(metrics.notifyUp, {}, status === 'up' ? 1 : 0)];
  const { waiting } = subscriptions.deadLetters() ?? {};
  const states = subscriptions
    .statuses()
    .map(({ name, log, state }) => reading(metrics.subscriptionState, { subscription: name, log, state }, 1));
  return [...states, ...hears, ...(waiting === undefined ? [] : [reading(metrics.deadLettersWaiting, {}, waiting)])];
}

async function settling({ logs, figures }: EventStoreRuntime): Promise<Reading[]> {
  const names = Object.keys(logs) as LogName[];
  const ends = await figures?.ends();
  const held = await Promise.all(names.map((log) => logs[log].heldBack()));
  return names.flatMap((log, at) => {
    const since = held[at]?.sinceMs ?? 0;
    const events = held[at] && ends ? Number(ends[log] - held[at].position) + 1 : 0;
    return [
      reading(metrics.settledLagSeconds, { log }, since / 1_000),
      reading(metrics.settledLagEvents, { log }, Math.max(0, events)),
    ];
  });
}

async function consumers({ service }: EventStoreRuntime, subscriptions: SubscriptionHost): Promise<Reading[]> {
  return (await subscriptions.consumerLag()).map(({ topic, messages }) => {
    const labels = { messaging_destination_name: topic, messaging_consumer_group_name: service };
    return reading(metrics.consumerLag, labels, messages);
  });
}

/** One after the other: they have one connection. */
async function inDatabase(figures: Figures, subscriptions: SubscriptionHost): Promise<Reading[]> {
  return [
    ...(await lags(figures, subscriptions)),
    ...(await figures.parked()).map(({ subscription, status, reasonCode, count }) =>
      reading(metrics.parkedRecords, { subscription, status, reason: reasonCode }, count),
    ),
    ...(await figures.unreadable()).map(({ topic, reasonCode: reason, count }) =>
      reading(metrics.unreadableMessages, { messaging_destination_name: topic, reason }, count),
    ),
    ...(await figures.timers()).flatMap(({ process, due, overdueMs }) => [
      reading(metrics.timersDue, { process }, due),
      reading(metrics.timersOverdue, { process }, overdueMs / 1_000),
    ]),
  ];
}

/** Of the subscriptions this build has: the checkpoint of one that is gone stays where it is, and would lag more and more. */
async function lags(figures: Figures, { definitions }: SubscriptionHost): Promise<Reading[]> {
  const kinds = new Map(
    definitions.map(({ name, log, delivery }) => [`${log}/${name}`, delivery === 'batch' ? 'publisher' : 'reader']),
  );
  return (await figures.lags()).flatMap(({ name, log, positions, ms }) => {
    const kind = kinds.get(`${log}/${name}`);
    if (kind === undefined) return [];
    const labels = { subscription: name, log, kind };
    return [
      reading(metrics.subscriptionLagEvents, labels, positions),
      reading(metrics.subscriptionLagSeconds, labels, ms / 1_000),
    ];
  });
}

async function processes(figures: Figures): Promise<Reading[]> {
  return (await figures.processes()).map(({ process, status, count }) =>
    reading(metrics.processes, { process, status }, count),
  );
}

function pools(figures: Figures): Reading[] {
  return figures.pools().flatMap(({ name, max, used, idle, pending }) => {
    const pool = { db_client_connection_pool_name: name };
    return [
      reading(metrics.poolConnections, { ...pool, db_client_connection_state: 'used' }, used),
      reading(metrics.poolConnections, { ...pool, db_client_connection_state: 'idle' }, idle),
      reading(metrics.poolMax, pool, max),
      reading(metrics.poolPending, pool, pending),
    ];
  });
}
