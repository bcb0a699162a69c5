// Keys of subjects in PostgreSQL: in the context's database, or in one of their own, which is backed up (and restored) apart from it.
import pg from 'pg';
import type { SubjectKeyRow, SubjectKeyStore, WrappedKey } from '../../core/index.js';
import type { PoolFigure } from '../../operations/index.js';
import { poolConfig, type ConnectionOptions } from '../connections/connection-options.js';
import { figureOf } from '../connections/connections.js';
import type { PostgresDatabase, Query } from '../connections/database.js';
import { translatedOwn } from '../connections/sql-states.js';
import { createSubjectKey, destroySubjectKey, findSubjectKeys } from './subject-keys.sql.js';
import { subjectKeysTable } from '../schema/subject-keys.table.sql.js';
import { subjectKeysTombstone } from '../schema/subject-keys-tombstone.trigger.sql.js';

interface KeyRow {
  subject: string;
  master_key: string | null;
  wrapped: Buffer | null;
  created_at: Date;
  destroyed_at: Date | null;
}

type Run = (query: Query) => Promise<{ rows: unknown[] }>;

export class PostgresSubjectKeyStore implements SubjectKeyStore {
  private constructor(
    /** By itself: a key that a unit of work has used has to stay when that unit is rolled back. */
    private readonly run: Run,
    /** Joins an open unit of work. */
    private readonly join: Run,
    readonly close: () => Promise<void>,
    /** How connections of its own are used, for metrics; none where it has none. */
    readonly pools: () => readonly PoolFigure[] = () => [],
  ) {}

  /** In the same database as the events, in the table of the migrations. */
  static beside(database: PostgresDatabase): PostgresSubjectKeyStore {
    return new PostgresSubjectKeyStore(
      (query) => database.queryOutside(query),
      (query) => database.query(query),
      () => Promise.resolve(),
    );
  }

  /** In another database, whose table is made at the first use. */
  static apart(connection: ConnectionOptions): PostgresSubjectKeyStore {
    const pool = new pg.Pool(poolConfig({ ...connection, poolSize: 2 }));
    pool.on('error', () => undefined); // an idle connection that is cut; the pool replaces it
    let prepared: Promise<unknown> | undefined;
    const run: Run = async ({ name, text, values }) => {
      try {
        prepared ??= prepare(pool);
        await prepared;
        return await pool.query({ name, text, values: values as unknown[] });
      } catch (error) {
        prepared = undefined;
        throw translatedOwn(error);
      }
    };
    return new PostgresSubjectKeyStore(
      run,
      run,
      () => pool.end(),
      () => [figureOf('personal-keys', pool)],
    );
  }

  async find(subjects: readonly string[]): Promise<readonly SubjectKeyRow[]> {
    const { rows } = await this.run({ ...findSubjectKeys, values: [subjects] });
    return (rows as KeyRow[]).map(toRow);
  }

  async create(subject: string, { masterKey, bytes }: WrappedKey): Promise<SubjectKeyRow> {
    await this.run({ ...createSubjectKey, values: [subject, masterKey, Buffer.from(bytes)] });
    return (await this.find([subject]))[0]!;
  }

  async destroy(subject: string): Promise<{ readonly destroyedAt: Date; readonly first: boolean }> {
    const { rows } = await this.join({ ...destroySubjectKey, values: [subject] });
    const [row] = rows as Pick<KeyRow, 'destroyed_at'>[];
    if (row) return { destroyedAt: row.destroyed_at!, first: true };
    const { rows: known } = await this.join({ ...findSubjectKeys, values: [[subject]] });
    return { destroyedAt: (known as KeyRow[])[0]!.destroyed_at!, first: false };
  }
}

function toRow({ subject, master_key: masterKey, wrapped, created_at: createdAt, destroyed_at: destroyedAt }: KeyRow) {
  if (destroyedAt) return { subject, destroyedAt };
  return { subject, wrapped: { masterKey: masterKey!, bytes: wrapped! }, createdAt };
}

/** Several processes may come at once, which CREATE … IF NOT EXISTS alone does not stand; and it wants rights that are not needed where the table is there. */
async function prepare(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ there: boolean }>(
    `SELECT to_regclass('event_store.subject_keys') IS NOT NULL AS there`,
  );
  if (rows[0]!.there) return;
  const lock = `SELECT pg_advisory_xact_lock(hashtext('event_store.subject_keys'))`;
  await pool.query(
    `BEGIN; ${lock}; CREATE SCHEMA IF NOT EXISTS event_store; ${subjectKeysTable}; ${subjectKeysTombstone}; COMMIT`,
  );
}
