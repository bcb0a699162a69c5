// Idempotency keys in PostgreSQL. Records of commands are kept, so it can always be told that a key was used: asking costs one read, and writes nothing.
import { systemIds, UnavailableError, type IdempotencyKeys, type IdGenerator } from '../../core/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import { findKey, pruneKeys, renewKey } from './idempotency-keys.sql.js';

/** Each further one means that somebody else has renewed the key in between, and that it was old again or forgotten when it was looked for. */
const ATTEMPTS = 5;

export class PostgresIdempotencyKeys implements IdempotencyKeys {
  constructor(
    private readonly database: PostgresDatabase,
    private readonly ids: IdGenerator = systemIds,
  ) {}

  async commandOf(id: string, ttlMs: number): Promise<string> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const known = await this.database.queryOutside<KeyRow>({ ...findKey, values: [id, ttlMs] });
      const { expired, command_id: current } = known.rows[0]!;
      if (!expired) return id;
      if (current !== null) return current;
      const renewed = await this.database.queryOutside<{ command_id: string }>({
        ...renewKey,
        values: [id, ttlMs, this.ids.next()],
      });
      if (renewed.rows[0]) return renewed.rows[0].command_id;
    }
    throw new UnavailableError('PostgreSQL', new Error('An idempotency key changes all the time.'));
  }

  async prune(ttlMs: number, limit: number): Promise<number> {
    const { rowCount } = await this.database.queryOutside({ ...pruneKeys, values: [ttlMs, limit] });
    return rowCount ?? 0;
  }
}

interface KeyRow {
  readonly expired: boolean;
  readonly command_id: string | null;
}
