// Begins a new life of the log after a restore or failover, with the subscriptions where they stand, and records who did it and why.
import { LogEpochMismatchError, type LogName, type SubscriptionStatus } from '../../core/index.js';
import type { By, ContextFacts, OperationsLog } from '../../operations/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import type { PostgresUnitOfWork } from '../connections/unit-of-work.js';
import { renewLogEpoch } from '../log/log-epoch.js';
import type { PostgresSettledLog } from '../log/settled-log.js';
import type { PostgresCheckpointStore } from '../stores/checkpoint-store.js';

export interface EpochOrder extends By {
  /** Subscriptions go on where their checkpoints stand, those beyond the end of their log at its end. Otherwise they stay stopped. */
  readonly adoptCheckpoints: boolean;
  readonly dryRun: boolean;
}

export interface BeyondEnd {
  readonly name: string;
  readonly log: LogName;
  readonly position: bigint;
  /** The highest position written to its log. */
  readonly end: bigint;
}

export interface EpochRenewal {
  /** `needless`: the log is of this server and so is every checkpoint. `busy`: a checkpoint is beyond the end, and somebody is appending. */
  readonly outcome: 'done' | 'needless' | 'busy';
  /** All subscriptions of this database. */
  readonly subscriptions: number;
  readonly beyond: readonly BeyondEnd[];
  /** Undefined where none was begun. */
  readonly epoch: string | undefined;
}

export interface EpochPorts {
  /** The service's name. */
  readonly name: string;
  readonly database: PostgresDatabase;
  readonly events: PostgresSettledLog;
  readonly checkpoints: PostgresCheckpointStore;
  readonly facts: ContextFacts;
  readonly unitOfWork: PostgresUnitOfWork;
  readonly operations: OperationsLog;
}

const LOGS: readonly LogName[] = ['events', 'inbound', 'outgoing'];

/** What was set aside or discarded beyond the end goes: the log gives those positions to other records. */
const MOVE = `
WITH moved AS (
  UPDATE event_store.subscriptions SET position = $3 WHERE name = $1 AND log = $2 AND position > $3
), taken_out AS (
  DELETE FROM event_store.parked_messages WHERE subscription = $1 AND log = $2 AND position > $3
)
DELETE FROM event_store.discarded_messages WHERE subscription = $1 AND log = $2 AND position > $3`;

/** Nothing of it is done unless all is. Services are stopped before, and started afterwards: what they append meanwhile counts as handled where a checkpoint is beyond the end. */
export function renewEpoch(
  ports: EpochPorts,
  { adoptCheckpoints, dryRun, actor, reason }: EpochOrder,
): Promise<EpochRenewal> {
  const { name, database, events, checkpoints, facts, unitOfWork, operations } = ports;
  return unitOfWork.run(async () => {
    const found = await checkpoints.list();
    const beyond = await beyondEnd(found, facts);
    const nothing = { subscriptions: found.length, beyond, epoch: undefined };
    const present = await presentEpoch(events);
    if (beyond.length === 0 && present !== undefined && found.every(({ cursor }) => cursor.epoch === present))
      return { ...nothing, outcome: 'needless' };
    // After the ends were read: below them nothing can appear any more where nobody is appending now.
    if (adoptCheckpoints && beyond.length > 0 && (await facts.writers()).length > 0)
      return { ...nothing, outcome: 'busy' };
    if (dryRun) return { ...nothing, outcome: 'done' };
    const { epoch, adopted } = await renewLogEpoch(database, { adoptCheckpoints });
    const moved = adoptCheckpoints ? beyond : [];
    for (const one of moved) await database.query({ text: MOVE, values: [one.name, one.log, one.end] });
    const detail = { epoch, adopted, moved: moved.map(movedText).join(', ') };
    await operations.record({ actor, reason, action: 'epoch.renew', subject: `${name}/log-epoch`, detail });
    return { ...nothing, outcome: 'done', epoch };
  });
}

async function beyondEnd(found: readonly SubscriptionStatus[], facts: ContextFacts): Promise<BeyondEnd[]> {
  const ends = new Map<LogName, bigint>();
  for (const log of LOGS) ends.set(log, (await facts.endOf(log, 0)).last);
  return found.flatMap(({ name, log, cursor: { position } }) => {
    const end = ends.get(log)!;
    return position > end ? [{ name, log, position, end }] : [];
  });
}

/** Undefined while the server is another one than the epoch was begun on. */
async function presentEpoch(events: PostgresSettledLog): Promise<string | undefined> {
  try {
    return (await events.beginning()).epoch;
  } catch (error) {
    if (error instanceof LogEpochMismatchError) return undefined;
    throw error;
  }
}

function movedText({ name, log, position, end }: BeyondEnd): string {
  return `${name} (${log}) from ${position} to ${end}`;
}
