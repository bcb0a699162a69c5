// Everything a service would have in its PostgreSQL database, in memory: the three logs, commands, subscriptions, parked records, read models.
import {
  currentTransaction,
  InvalidRequestError,
  type CommandKey,
  type CommandOutcome,
  type LogCursor,
  type LogName,
  type ParkedMessage,
  type Pause,
  type Snapshot,
  type SubjectKeyRow,
  type SubscriptionKey,
} from '../core/index.js';
import type { UnreadableMessage } from '../messaging/index.js';
import type { ProcessKey, ProcessTimer } from '../processes/index.js';
import type { ProjectionVersion } from '../subscriptions/index.js';
import { MemoryLog, type LogRow } from './memory-log.js';
import { MemoryTable } from './memory-table.js';
import { MemoryTransaction } from './memory-transaction.js';

export class MemoryDatabase {
  /** The log epoch. A test that plays a restore sets another one. */
  epoch = 'memory';

  readonly logs: Readonly<Record<LogName, MemoryLog>> = {
    events: new MemoryLog(),
    inbound: new MemoryLog(),
    outgoing: new MemoryLog(),
  };
  /** Stream → its events, ascending. */
  readonly streams = new MemoryTable<readonly LogRow[]>();
  /** Event id → event. */
  readonly eventIds = new MemoryTable<LogRow>();
  /** `[command id, stream, step]` → type of the command, and its outcome. */
  readonly commands = new MemoryTable<Omit<CommandKey, 'contentHash'> & { readonly outcome: CommandOutcome }>();
  /** Command id → content hash. */
  readonly commandHashes = new MemoryTable<string>();
  /** Command id → when a decision of it was recorded last, in milliseconds of the clock. */
  readonly commandTimes = new MemoryTable<number>();
  /** Key that was used again after its time → the command it stands for, since when in milliseconds of the clock. */
  readonly idempotencyKeys = new MemoryTable<{ readonly commandId: string; readonly renewedAt: number }>();
  /** Message id → content hash. */
  readonly inboundHashes = new MemoryTable<string>();
  /** `[topic, partition, offset]` → message. */
  readonly unreadable = new MemoryTable<UnreadableMessage & { receivedAt: Date }>();
  /** Stream → its snapshot, the state as JSON text. */
  readonly snapshots = new MemoryTable<Omit<Snapshot, 'state'> & { readonly state: string }>();
  /** Subject → its key, or its tombstone. */
  readonly subjectKeys = new MemoryTable<SubjectKeyRow>();
  readonly outgoingIds = new MemoryTable<true>();
  /** `[process, id]` → the process as JSON text, so that nobody can change what another will read. */
  readonly processes = new MemoryTable<string>();
  /** `[process, key]` → the process that has it. */
  readonly processKeys = new MemoryTable<ProcessKey & { readonly key: string }>();
  /** Timer id → timer, due at `dueAt` milliseconds of the clock. */
  readonly processTimers = new MemoryTable<ProcessTimer & { readonly dueAt: number }>();

  // A subscription's row on PostgreSQL is three here, so that renewing a lease never disturbs the unit that moves the checkpoint.
  readonly checkpoints = new MemoryTable<SubscriptionKey & { readonly cursor: LogCursor }>();
  readonly leases = new MemoryTable<{ readonly owner: string; readonly until: Date }>();
  /** The lease epoch: changes only when the lease is taken. */
  readonly fences = new MemoryTable<bigint>();
  /** `[name, log, member]` → member, there until so many milliseconds of the clock. */
  readonly members = new MemoryTable<SubscriptionKey & { readonly member: string; readonly aliveUntil: number }>();
  readonly pauses = new MemoryTable<Pause>();
  /** `[name, version]` → what is known of that version of a projection. */
  readonly projections = new MemoryTable<ProjectionVersion>();
  /** `[name, log, position]` → message. */
  readonly parked = new MemoryTable<ParkedMessage>();
  /** The same places → what was discarded there while the checkpoint stood before it. */
  readonly discarded = new MemoryTable<ParkedMessage>();
  /** Place of a parked or unreadable message → how far its copy for the dead-letter topic is; of the row it was made for. */
  readonly mirrors = new MemoryTable<{
    readonly row: object;
    readonly claims: number;
    /** In milliseconds of the clock. */
    readonly until: number;
    readonly isMirrored: boolean;
  }>();

  private readonly readModels = new Map<string, MemoryRows<unknown>>();

  /**
   * The open unit of work's transaction, or undefined outside any.
   * @throws InvalidRequestError inside a unit of work of another database: the call would silently run outside it.
   */
  transaction(): MemoryTransaction | undefined {
    const current = currentTransaction();
    if (!current) return undefined;
    if (current instanceof MemoryTransaction && current.db === this) return current;
    throw new InvalidRequestError(
      'This call runs inside a unit of work of another database. Make it before or after that unit.',
    );
  }

  /** Runs `work` in the open unit of work, else in a transaction of its own, which nothing can disturb because `work` is synchronous. */
  transact<T>(work: (transaction: MemoryTransaction) => T): T {
    const ambient = this.transaction();
    if (ambient) return work(ambient);
    const own = new MemoryTransaction(this);
    try {
      const result = work(own);
      own.commit();
      return result;
    } catch (error) {
      own.rollback();
      throw error;
    }
  }

  /** Rows of a read model: what a transactional handler writes commits with its checkpoint. */
  table<V>(name: string): MemoryRows<V> {
    const known = this.readModels.get(name) ?? new MemoryRows<unknown>(this);
    this.readModels.set(name, known);
    return known as MemoryRows<V>;
  }
}

export class MemoryRows<V> {
  private readonly rows = new MemoryTable<V>();

  constructor(private readonly database: MemoryDatabase) {}

  get(key: string): V | undefined {
    return this.rows.get(this.database.transaction(), key);
  }

  all(): V[] {
    return this.rows.all(this.database.transaction());
  }

  set(key: string, row: V): void {
    this.database.transact((transaction) => this.rows.set(transaction, key, row));
  }

  delete(key: string): void {
    this.database.transact((transaction) => this.rows.delete(transaction, key));
  }
}
