// The doctor: everything worth knowing about one context, and what of it needs somebody.
import { LogEpochMismatchError, type LogName } from '../../core/index.js';
import type { LogWriter, ProcessFacts, ServerFacts, SubscriptionFacts } from '../context-facts.js';
import { projectionName } from '../../subscriptions/index.js';
import type { OperatedContext } from '../operated-context.js';
import type { ParkedCounts } from '../parked-directory.js';
import { stuckProcesses } from '../processes/index.js';
import { examineBroker, type BrokerToExamine, type ExaminedBroker } from './check-broker.js';
import { checkForgotten } from './check-forgotten.js';
import { checkParked, checkProcesses, checkStuck } from './check-parked.js';
import { checkServer } from './check-server.js';
import { checkSubscriptions, examineSubscriptions, renewal, type ExaminedSubscription } from './check-subscriptions.js';
import { checkWriters } from './check-writers.js';
import { problem, type Finding } from './finding.js';

export interface Diagnosis {
  readonly context: string;
  /** Of the database, without secrets. */
  readonly place: string;
  /** Undefined when the database cannot be reached; then what follows is empty. */
  readonly server: ServerFacts | undefined;
  readonly subscriptions: readonly ExaminedSubscription[];
  /** Open transactions that have written to a log. */
  readonly writers: readonly LogWriter[];
  readonly parked: ParkedCounts | undefined;
  readonly processes: ProcessFacts | undefined;
  readonly broker: ExaminedBroker | undefined;
  readonly findings: readonly Finding[];
}

export interface ExamineOptions {
  readonly broker?: BrokerToExamine;
  /** Names of subscriptions that are gone on purpose. */
  readonly retired?: readonly string[];
}

/** A process that nothing would wake is reported after this time, in milliseconds. */
const IDLE_MS = 86_400_000;
const STUCK_COUNTED = 100;

export async function examine(context: OperatedContext, options: ExamineOptions = {}): Promise<Diagnosis> {
  const [database, broker] = await Promise.all([
    examineDatabase(context, options.retired ?? []),
    options.broker && examineBroker(options.broker, context.clock),
  ]);
  const findings = [...database.findings, ...(broker?.findings ?? [])];
  return { ...database, broker: broker?.examined, findings };
}

/** For a context whose database could not even be opened. */
export function unreachable(context: string, place: string, reason: string): Diagnosis {
  const findings = [
    problem(
      'database-unreachable',
      `The database ${place} cannot be reached: ${reason}. Expected ${context}'s own PostgreSQL there; start it, or mend its address.`,
    ),
  ];
  return { ...nothing(context, place), findings };
}

function nothing(context: string, place: string): Diagnosis {
  return {
    context,
    place,
    server: undefined,
    subscriptions: [],
    writers: [],
    parked: undefined,
    processes: undefined,
    broker: undefined,
    findings: [],
  };
}

async function examineDatabase(context: OperatedContext, retired: readonly string[]): Promise<Diagnosis> {
  const { name, facts } = context;
  const server = await facts.server();
  const found = checkServer(name, server);
  if (!server.hasSchema) return { ...nothing(name, facts.place), server, findings: found };
  const { epoch, findings: strange } = await epochOf(context);
  const checkpoints = await facts.subscriptions(); // before the ends of the logs: none of them can be beyond those
  const replaced = await replacedVersions(context, checkpoints);
  const logsNow = { epoch, last: await endsOf(context) };
  const subscriptions = examineSubscriptions(checkpoints, logsNow, [...retired, ...replaced]);
  const writers = await facts.writers();
  const counts = context.parked.counts();
  // A table of a pending migration is not there yet: that it is missing is said already.
  const parked = await (server.pending.length > 0 ? counts.catch(() => undefined) : counts);
  const processes = await facts.processes();
  const untold = checkForgotten(name, facts);
  const forgotten = await (server.pending.length > 0 ? untold.catch(() => []) : untold);
  const looked = { now: server.now, idleMs: IDLE_MS, limit: STUCK_COUNTED };
  const stuck = processes && context.processes ? await stuckProcesses(context.processes, looked) : [];
  return {
    ...nothing(name, facts.place),
    server,
    subscriptions,
    writers,
    parked,
    processes,
    findings: [
      ...found,
      ...strange,
      ...checkWriters(writers),
      ...checkSubscriptions(name, subscriptions),
      ...(parked ? checkParked(name, parked) : []),
      ...checkProcesses(name, processes),
      ...checkStuck(name, stuck),
      ...forgotten,
    ],
  };
}

/** Versions of projections that another one has replaced, and nobody works on: kept for a way back. */
async function replacedVersions(
  { versions }: OperatedContext,
  checkpoints: readonly SubscriptionFacts[],
): Promise<string[]> {
  const known = await versions.list().catch(() => []); // the table of a pending migration is not there yet
  const names = known.filter(({ state }) => state === 'retired').map(projectionName);
  return names.filter((of) => !checkpoints.some(({ name, leased }) => name === of && leased));
}

async function endsOf({ facts }: OperatedContext): Promise<Record<LogName, bigint>> {
  const lastOf = async (log: LogName) => (await facts.endOf(log, 0)).last;
  return { events: await lastOf('events'), inbound: await lastOf('inbound'), outgoing: await lastOf('outgoing') };
}

async function epochOf({ name, logs }: OperatedContext): Promise<{ epoch: string | undefined; findings: Finding[] }> {
  try {
    return { epoch: (await logs.events.beginning()).epoch, findings: [] };
  } catch (error) {
    if (!(error instanceof LogEpochMismatchError)) throw error;
    const sentence = `${error.message} Until the log epoch is renewed no subscription of this context moves. ${renewal(name)}`;
    return { epoch: undefined, findings: [problem('log-epoch', sentence)] };
  }
}
