// What is older than the retention is deleted, read or not, as Kafka does: otherwise the bus grows for ever.
import type { Clock } from '../../core/index.js';
import type { BusDatabase } from './bus-database.js';

export interface RetentionOptions {
  readonly database: BusDatabase;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Age in milliseconds at which a message may go; Infinity keeps all. */
  readonly retentionMs: number;
  readonly warn: (message: string, error: unknown) => void;
}

/** How often it is looked, in milliseconds. */
const EVERY_MS = 60_000;

/** Messages in one statement: it holds the settled reader back while it runs, so it runs briefly. */
const BATCH = 500;

/** Any number, as long as it stays the same and is not that of the migrations. */
const LOCK = 7_263_002;

/**
 * $1 retention in ms, $2 messages at most, $3 the lock by which one process at a time does it. Positions rise with time closely enough:
 * the oldest are found by the primary key.
 */
const deleteOldMessages = `
WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock($3) AS ours),
old AS (
  SELECT first.position FROM turn
   CROSS JOIN LATERAL (SELECT position, published_at FROM bus.messages WHERE turn.ours ORDER BY position LIMIT $2) first
   WHERE first.published_at < clock_timestamp() - $1::float8 * interval '1 ms'
), deleted AS (
  DELETE FROM bus.messages m USING old WHERE m.position = old.position RETURNING m.topic, m.partition, m.position
)
SELECT (SELECT count(*)::int FROM deleted) AS deleted, count(DISTINCT d.position)::int AS unread,
       coalesce(string_agg(DISTINCT c.group_name, ', '), '') AS groups
  FROM deleted d
  JOIN bus.consumers c ON c.topic = d.topic AND c.partition = d.partition AND c.position < d.position`;

/** Until the signal aborts. Never rejects: what could not be deleted now is deleted later. */
export async function keepRetention(options: RetentionOptions): Promise<void> {
  const { clock, signal, retentionMs, warn } = options;
  if (retentionMs === Infinity) return;
  while (!signal.aborted) {
    const deleted = await forgetOldMessages(options).catch((error: unknown) => {
      warn('Old messages of the bus could not be deleted.', error);
      return 0;
    });
    if (deleted < BATCH) await clock.sleep(EVERY_MS, signal);
  }
}

/** Once, a batch at most; 0 also while another process is at it. Tells of messages that a group had not read. @throws UnavailableError */
export async function forgetOldMessages({ database, retentionMs, warn }: RetentionOptions): Promise<number> {
  const values = [retentionMs, BATCH, LOCK];
  const [row] = await database.query<Deleted>('delete old messages', deleteOldMessages, values);
  const { deleted, unread, groups } = row!;
  if (unread > 0) {
    const hours = Math.round(retentionMs / 3_600_000);
    warn(
      `${unread} messages older than ${hours} h were deleted before every group had read them.`,
      `Behind: ${groups}.`,
    );
  }
  return deleted;
}

interface Deleted {
  readonly deleted: number;
  readonly unread: number;
  /** Those that had not read all of them. */
  readonly groups: string;
}
