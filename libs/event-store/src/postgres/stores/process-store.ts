// Processes, their timers and their signals in PostgreSQL: state and decisions commit together, and time is the database's.
import { contentHash, currentTransaction, InvalidRequestError } from '../../core/index.js';
import {
  SIGNAL_TYPES,
  SOON_MS,
  type Compensation,
  type ProcessKey,
  type ProcessSignal,
  type ProcessStore,
  type ProcessTimer,
  type StoredProcess,
  type TakenKey,
} from '../../processes/index.js';
import { requiring, type PostgresDatabase } from '../connections/database.js';
import { currentPostgresTransaction } from '../connections/transaction.js';
import { Waking, type WakingTopic } from '../log/waking.js';

interface ProcessRow {
  readonly process: string;
  readonly id: string;
  readonly status: StoredProcess['status'];
  readonly state_version: number;
  readonly state: object;
  readonly undo: StoredProcess['undo'];
  readonly compensation: Compensation | null;
  readonly keys: readonly string[];
}

const SAVE = requiring(
  'jsonb_array_length($1)',
  `UPDATE event_store.processes AS p
      SET status = c.status, state_version = c."stateVersion", state = c.state, undo = c.undo,
          compensation = c.compensation, updated_at = clock_timestamp()
     FROM jsonb_to_recordset($1) AS c (process text, id text, status text, "stateVersion" int, state jsonb, undo jsonb,
                                       compensation jsonb)
    WHERE p.process = c.process AND p.id = c.id`,
);

export class PostgresProcessStore implements ProcessStore {
  /** Signals heard when `fireDue` last began: a later one means that there may be another next timer. */
  private heard = 0;

  constructor(
    private readonly database: PostgresDatabase,
    private readonly waking = new Waking(),
  ) {}

  async lock(
    process: string,
    keys: readonly string[],
    starting: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, StoredProcess>> {
    this.requireUnit('lock');
    if (keys.length === 0) return new Map();
    const { rows } = await this.database.query<ProcessRow>({
      name: 'processes-lock',
      text: `SELECT process, id, status, state_version, state, undo, compensation, keys FROM event_store.lock_processes($1, $2, $3)`,
      values: [process, keys, keys.filter((key) => starting.has(key))],
    });
    const wanted = new Set(keys);
    return new Map(
      rows.map(storedOf).flatMap((row) => {
        const leading = [row.id, ...row.keys].filter((key) => wanted.has(key));
        return leading.map((key): [string, StoredProcess] => [key, row]);
      }),
    );
  }

  async learn({ process, id }: ProcessKey, keys: readonly string[]): Promise<readonly TakenKey[]> {
    this.requireUnit('learn');
    const { rows } = await this.database.query<TakenKey>({
      name: 'process-keys-learn',
      text: `SELECT key, id FROM event_store.learn_process_keys($1, $2, $3)`,
      values: [process, id, keys],
    });
    return rows;
  }

  async save(...changed: readonly StoredProcess[]): Promise<void> {
    this.requireUnit('save');
    if (changed.length === 0) return;
    await this.database.change({ name: 'processes-save', text: SAVE, values: [JSON.stringify(changed)] }, () => {
      const names = changed.map(({ process, id }) => `${process}/${id}`).join(', ');
      return new InvalidRequestError(`Process ${names} has no row. Lock it in the same unit of work.`);
    });
  }

  /**
   * One whose record is there already has fired, and is not to fire again. The scalar subquery is on purpose: a NOT EXISTS may be planned as
   * a join over the whole table.
   */
  async schedule(timers: readonly ProcessTimer[]): Promise<void> {
    this.requireUnit('schedule');
    if (timers.length === 0) return;
    await this.database.change({
      name: 'process-timers-schedule',
      text: `INSERT INTO event_store.process_timers (timer_id, process, process_id, name, due_at, metadata)
             SELECT t.timer_id, t.process, t.process_id, t.name, clock_timestamp() + t.after_ms * interval '1 millisecond', t.metadata
               FROM ROWS FROM (jsonb_to_recordset($1) AS ("timerId" uuid, process text, id text, name text, "afterMs" float8,
                                                          metadata jsonb))
                    WITH ORDINALITY AS t (timer_id, process, process_id, name, after_ms, metadata, place)
              WHERE (SELECT known.id FROM event_store.inbound_messages known WHERE known.id = t.timer_id::text) IS NULL
              ORDER BY place
             ON CONFLICT (timer_id) DO NOTHING`,
      values: [JSON.stringify(timers)],
    });
    if (timers.some(({ afterMs }) => afterMs < SOON_MS)) this.signalAfterCommit('timers');
  }

  async fireDue(limit: number): Promise<{ fired: number; nextInMs: number | undefined }> {
    if (currentTransaction()) {
      throw new InvalidRequestError(
        'fireDue inside a unit of work would hold due timers until its end. Call it outside.',
      );
    }
    this.heard = this.waking.heard('timers');
    const { rows } = await this.database.query<{ fired: number; next_in_ms: number | null }>({
      name: 'process-timers-fire-due',
      text: 'SELECT fired, next_in_ms FROM event_store.fire_due_timers($1)',
      values: [limit],
    });
    const { fired, next_in_ms: nextInMs } = rows[0]!;
    if (fired > 0) this.waking.signal('inbound');
    return { fired, nextInMs: nextInMs ?? undefined };
  }

  async signal({ signalId, process, id, kind, data, metadata }: ProcessSignal): Promise<void> {
    const type = SIGNAL_TYPES[kind];
    const key = `${process}/${id}`;
    const content = { process, id, ...data };
    const { rowCount } = await this.database.query({
      name: 'process-signal',
      text: `INSERT INTO event_store.inbound_messages (id, topic, key, type, schema_version, version, data, metadata, content_hash)
             SELECT $1::text, NULL, $2, $3, 1, 0, $4::jsonb, $5::jsonb, $6
              WHERE NOT EXISTS (SELECT 1 FROM event_store.inbound_messages known WHERE known.id = $1)
             ON CONFLICT (id) DO NOTHING`,
      values: [
        signalId,
        key,
        type,
        JSON.stringify(content),
        JSON.stringify(metadata),
        contentHash({ type, key, data: content }),
      ],
    });
    if (rowCount) this.signalAfterCommit('inbound');
  }

  async hasSignal(signalId: string): Promise<boolean> {
    const { rowCount } = await this.database.query({
      name: 'process-signal-known',
      text: 'SELECT 1 FROM event_store.inbound_messages WHERE id = $1',
      values: [signalId],
    });
    return rowCount === 1;
  }

  /**
   * For who fires timers: resolves when one was scheduled since `fireDue` last began, here or in another process, after `maxWaitMs` or when
   * the signal aborts. Never rejects.
   */
  async changed(maxWaitMs: number, signal: AbortSignal): Promise<void> {
    await this.waking.changed('timers', this.heard, maxWaitMs, signal);
  }

  /** @throws InvalidRequestError */
  private requireUnit(call: string): void {
    if (currentPostgresTransaction(this.database.dataSource)) return;
    throw new InvalidRequestError(`ProcessStore.${call} is part of a unit of work. Call it inside UnitOfWork.run.`);
  }

  private signalAfterCommit(topic: WakingTopic): void {
    const signal = () => this.waking.signal(topic);
    const transaction = currentTransaction();
    if (transaction) transaction.onCommit(signal);
    else signal();
  }
}

function storedOf({ state_version: stateVersion, compensation, ...row }: ProcessRow): StoredProcess {
  return { ...row, stateVersion, ...(compensation && { compensation }) };
}
