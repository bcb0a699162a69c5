// Does somebody work on every subscription, and does its checkpoint belong to its log?
import type { LogName } from '../../core/index.js';
import { isHandedOver, splitSegmentName } from '../../subscriptions/index.js';
import { LAG_COUNTED, type SubscriptionFacts } from '../context-facts.js';
import { count, duration, note, problem, type Finding } from './finding.js';

/** A record may wait this long, in milliseconds, before its subscription counts as behind. */
export const PATIENCE_MS = 30_000;

export type SubscriptionState =
  | 'working'
  /** Nobody holds its lease. */
  | 'idle'
  /** Somebody holds the lease, and records wait longer than {@link PATIENCE_MS}. */
  | 'behind'
  /** Its checkpoint does not belong to this log: it stops rather than skip or repeat. */
  | 'stopped'
  /** An operator keeps everybody from it. */
  | 'paused'
  /** Gone on purpose, or handed over to another number of segments: its checkpoint is all that is left. */
  | 'retired';

export interface ExaminedSubscription extends SubscriptionFacts {
  readonly state: SubscriptionState;
}

/** What the logs are now: their epoch, undefined while it is in doubt, and the highest position written to each. */
export interface LogsNow {
  readonly epoch: string | undefined;
  readonly last: Readonly<Record<LogName, bigint>>;
}

export function examineSubscriptions(
  subscriptions: readonly SubscriptionFacts[],
  logs: LogsNow,
  retired: readonly string[],
): ExaminedSubscription[] {
  return subscriptions.map((facts) => {
    const { projection: whole } = splitSegmentName(facts.name);
    const isRetired = [facts.name, whole].some((name) => retired.includes(name)) || isHandedOver(facts);
    return { ...facts, state: isRetired ? 'retired' : stateOf(facts, logs) };
  });
}

export function checkSubscriptions(context: string, subscriptions: readonly ExaminedSubscription[]): Finding[] {
  const stopped = subscriptions.filter(({ state }) => state === 'stopped');
  const idle = subscriptions.filter(({ state }) => state === 'idle');
  const findings = stopped.map(({ name, log, cursor }) =>
    problem(
      'checkpoint-not-of-this-log',
      `Subscription ${name} (${log}) is stopped at position ${cursor.position} of log epoch ${cursor.epoch}: the log is in another epoch, ` +
        'or ends before that position, as after a restore or failover. ' +
        renewal(context),
    ),
  );
  const living = subscriptions.filter(({ state }) => state === 'working' || state === 'behind');
  if (idle.length > 0 && living.length === 0) {
    findings.push(
      problem(
        'nobody-works',
        `Nobody works on any subscription of ${context}: no lease is running. Expected a running ${context}; start it, or look into its log.`,
      ),
    );
  } else {
    findings.push(...idle.filter(({ lagMs = 0 }) => lagMs > PATIENCE_MS).map(idleFinding));
  }
  findings.push(...subscriptions.filter(({ state }) => state === 'paused').map(pausedFinding));
  return [...findings, ...subscriptions.filter(({ state }) => state === 'behind').map(behindFinding)];
}

/** What to do about logs or checkpoints of another life of the database. */
export function renewal(context: string): string {
  return `Stop ${context}, compare the data, then renew the epoch: npm run -s es -- epoch renew --context ${context} --adopt-checkpoints --dry-run.`;
}

function pausedFinding(facts: SubscriptionFacts): Finding {
  const { name, log, paused } = facts;
  return note(
    'subscription-paused',
    `${paused!.by} has paused subscription ${name} (${log}) since ${paused!.since.toISOString()}: ${paused!.reason} Meanwhile ${records(facts)} wait${facts.lag === 1 ? 's' : ''}.`,
  );
}

/** One for which nothing waits is left alone: while a lease changes hands nobody has it. */
function idleFinding(facts: SubscriptionFacts): Finding {
  const { name, log, owner, leasedUntil } = facts;
  const since = leasedUntil ? `the lease of ${owner} ended ${leasedUntil.toISOString()}` : 'nobody holds its lease';
  return problem(
    'subscription-idle',
    `Nobody works on subscription ${name} (${log}): ${since}, and ${records(facts)} wait${facts.lag === 1 ? 's' : ''}. ` +
      'Start the build that has it; if it runs, its log says whether the subscription has stopped at an event of a newer build (ES-1306): deploy that one. ' +
      'If it was removed on purpose, list it under `retired` of its module.',
  );
}

function behindFinding(facts: SubscriptionFacts): Finding {
  const { name, log, owner, lagMs = 0 } = facts;
  return problem(
    'subscription-behind',
    `Subscription ${name} (${log}) is behind: ${records(facts)}, the first of them for ${duration(lagMs)}, though ${owner} holds its lease. ` +
      'Expected none for longer than ' +
      `${duration(PATIENCE_MS)}. See whether something holds the log back (above), and what the log of the service says.`,
  );
}

function records({ lag }: SubscriptionFacts): string {
  return lag >= LAG_COUNTED ? `${LAG_COUNTED} records or more` : count(lag, 'record');
}

function stateOf(
  { log, cursor, leased, paused, lagMs = 0 }: SubscriptionFacts,
  { epoch, last }: LogsNow,
): SubscriptionState {
  if ((epoch !== undefined && cursor.epoch !== epoch) || cursor.position > last[log]) return 'stopped';
  if (paused) return 'paused';
  if (!leased) return 'idle';
  return lagMs > PATIENCE_MS ? 'behind' : 'working';
}
