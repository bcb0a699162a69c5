// Reads a log without losing a record: positions are drawn before commit, so the reader watches the writers and takes no lock.
import {
  type Clock,
  CursorAheadOfLogError,
  type HeldBack,
  type LogCursor,
  LogEpochMismatchError,
  type LogName,
  type LogPage,
  type LogRecord,
  type SettledLog,
  systemClock,
  UnavailableError,
} from '../../core/index.js';
import type { ConnectionOptions } from '../connections/connection-options.js';
import { DedicatedConnection } from '../connections/dedicated-connection.js';
import type { LogTable } from './log-table.js';
import { SettlingSession, type Look } from './settling-session.js';
import { Waking } from './waking.js';

export interface SettledLogOptions {
  /** Of the primary: a standby does not know the writers. One connection is opened for the log, outside any pool. */
  readonly connection: ConnectionOptions;
  readonly table: LogTable;
  /** Default: one of its own, which hears of nothing, so that `changed` only waits. */
  readonly waking?: Waking;
  readonly clock?: Clock;
  /** Longest time one `read` waits for slow writers, in milliseconds, default 200. The next read goes on waiting for the same ones. */
  readonly waitMs?: number;
  /** Longest time `head` waits for them, in milliseconds, default 30,000. */
  readonly headWaitMs?: number;
}

/** While a writer holds the log back nobody will say when it is gone, so a subscriber looks again at least this often, in milliseconds. */
const HELD_BACK_LOOK_MS = 50;

export class PostgresSettledLog implements SettledLog {
  readonly name: LogName;
  private readonly clock: Clock;
  private readonly waking: Waking;
  private session: SettlingSession | undefined;
  private opening: Promise<SettlingSession> | undefined;
  /** Signals heard when the last look that found the end began: a later one means there may be something. */
  private heard = 0;
  private closed = false;

  constructor(private readonly options: SettledLogOptions) {
    this.name = options.table.name;
    this.clock = options.clock ?? systemClock;
    this.waking = options.waking ?? new Waking({ clock: this.clock });
  }

  beginning(): Promise<LogCursor> {
    return this.use((session) => Promise.resolve(session.cursor(0n)));
  }

  async head(): Promise<LogCursor> {
    const { epoch, head } = await this.use(async (session) => ({
      epoch: session.cursor(0n).epoch,
      head: await session.head(this.options.headWaitMs ?? 30_000),
    }));
    if ('position' in head) return { epoch, position: head.position };
    const who = head.writers.map(({ pid, prepared }) => (pid ? `pid ${pid}` : `prepared transaction ${prepared}`));
    throw new UnavailableError(`The head of log ${this.name}`, new Error(`still being written by ${who.join(', ')}`));
  }

  async read(after: LogCursor, limit: number): Promise<readonly LogRecord[]> {
    const { records, endAt } = await this.look(after, limit);
    // With a page in hand the end is not noted: whoever follows the log may not have seen these records yet.
    if (records.length === 0 && endAt !== undefined) this.heard = endAt;
    return records;
  }

  async readPage(after: LogCursor, limit: number): Promise<LogPage> {
    const { records, endAt } = await this.look(after, limit);
    if (endAt !== undefined) this.heard = endAt;
    return { records, isEnd: endAt !== undefined };
  }

  readAt(position: bigint): Promise<LogRecord | undefined> {
    return this.use((session) => session.readAt(position));
  }

  changed(maxWaitMs: number, signal: AbortSignal): Promise<void> {
    const longest = this.session?.isHeldBack ? Math.min(maxWaitMs, HELD_BACK_LOOK_MS) : maxWaitMs;
    return this.waking.changed(this.name, this.heard, longest, signal);
  }

  heldBack(): Promise<HeldBack | undefined> {
    return this.session ? this.use((session) => session.heldBack()) : Promise.resolve(undefined);
  }

  /** Reads in flight fail with UnavailableError, and so does every later one. */
  async close(): Promise<void> {
    this.closed = true;
    const opening = await this.opening?.catch(() => undefined);
    await (opening ?? this.session)?.connection.close();
    this.session = undefined;
  }

  private async look(after: LogCursor, limit: number): Promise<Look> {
    if (this.session?.knows(after) === false) await this.renewIfOutdated();
    return this.use(async (session) => {
      await session.check(after);
      return session.read(after.position, limit, this.options.waitMs ?? 200);
    });
  }

  /** Any error but a refused cursor ends the session: mark, L and H are forgotten with the connection they were learnt on. */
  private async use<T>(work: (session: SettlingSession) => Promise<T>): Promise<T> {
    const session = await this.open();
    try {
      return await work(session);
    } catch (error) {
      const refused = error instanceof LogEpochMismatchError || error instanceof CursorAheadOfLogError;
      if (!refused && this.session === session) this.discard();
      throw error;
    }
  }

  private async open(): Promise<SettlingSession> {
    const cut = this.session?.connection.failure;
    if (cut) {
      this.discard();
      throw new UnavailableError(`Log ${this.name}`, cut); // readers start from their checkpoints again
    }
    if (this.session) return this.session;
    if (this.closed) throw new UnavailableError(`Log ${this.name}`, new Error('it was closed'));
    this.opening ??= this.connect().finally(() => (this.opening = undefined));
    return this.opening;
  }

  private async connect(): Promise<SettlingSession> {
    const connection = await DedicatedConnection.open(this.options.connection, `log ${this.name}`);
    try {
      this.session = await SettlingSession.open(this.options.table, {
        connection,
        clock: this.clock,
        heard: () => this.waking.heard(this.name),
      });
      return this.session;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** A cursor of another epoch: renewed since, or the cursor of a stopped subscription, for which the others must not lose the session. */
  private async renewIfOutdated(): Promise<void> {
    const outdated = await this.use(async (session) => ((await session.isOutdated()) ? session : undefined));
    if (outdated && this.session === outdated) this.discard();
  }

  private discard(): void {
    void this.session?.connection.close();
    this.session = undefined;
  }
}
