// The log and its seals as the sealer and the verification read them.
import type { PostgresDatabase } from '../connections/database.js';
import { rowHashes } from './row-hashes.sql.js';
import { sealedRows } from './sealed-rows.sql.js';
import type { CanonicalRow } from './canonical-row.js';
import { chainStart, type Seal } from './seal.js';

interface SealRow {
  readonly number: bigint;
  readonly from_position: bigint;
  readonly to_position: bigint;
  readonly events: number;
  readonly digests: Buffer;
  readonly hash: Buffer;
  readonly key_id: string;
  readonly mac: Buffer;
}

export interface HashedRow {
  readonly position: bigint;
  readonly hash: Buffer;
}

/** A position of 8 bytes and a hash of 32. */
const HASHED_BYTES = 40;
/** Rows in one read: with the largest events there are, 1 MiB each, still a bounded piece of memory. */
export const ROWS_AT_A_TIME = 200;
const SEALS_AT_A_TIME = 50;
const COLUMNS = 'number, from_position, to_position, events, digests, hash, key_id, mac';

export class SealedLog {
  constructor(private readonly database: Pick<PostgresDatabase, 'query'>) {}

  /** Ascending, from the first position to the last, both inclusive. */
  async *rows(from: bigint, to: bigint): AsyncGenerator<CanonicalRow> {
    for (let next = from; next <= to;) {
      const values = [next, to, ROWS_AT_A_TIME];
      const { rows } = await this.database.query({ name: 'sealed-rows', text: sealedRows, values });
      const page = rows.map((row) => Object.values(row) as CanonicalRow);
      yield* page;
      if (page.length < ROWS_AT_A_TIME) return;
      next = BigInt(page.at(-1)![0]!) + 1n;
    }
  }

  /** Positions and hashes of the rows after `after` up to `to`, ascending. The server hashes; {@link rows} is for those who do not trust it. */
  async hashes(after: bigint, to: bigint): Promise<readonly HashedRow[]> {
    const query = { name: 'row-hashes', text: rowHashes, values: [after, to] };
    const { rows } = await this.database.query<{ hashes: Buffer | null }>(query);
    const list = rows[0]!.hashes ?? Buffer.alloc(0);
    return Array.from({ length: list.length / HASHED_BYTES }, (_, index) => {
      const at = index * HASHED_BYTES;
      return { position: list.readBigInt64BE(at), hash: list.subarray(at + 8, at + HASHED_BYTES) };
    });
  }

  /** In the order of their numbers, after the one given. */
  async *seals(after = chainStart.number): AsyncGenerator<Seal> {
    for (let last = after; ;) {
      const page = await this.read(`WHERE number > $1 ORDER BY number LIMIT ${SEALS_AT_A_TIME}`, last);
      yield* page;
      if (page.length < SEALS_AT_A_TIME) return;
      last = page.at(-1)!.number;
    }
  }

  /** The last seal; undefined when nothing was ever sealed. */
  async head(): Promise<Seal | undefined> {
    return (await this.read('ORDER BY number DESC LIMIT 1'))[0];
  }

  async seal(number: bigint): Promise<Seal | undefined> {
    return (await this.read('WHERE number = $1', number))[0];
  }

  /** Joins the open unit of work. Fails on a number that is there already: two chains never grow out of one seal. */
  async add({ number, fromPosition, toPosition, events, digests, hash, keyId, mac }: Seal): Promise<void> {
    await this.database.query({
      name: 'seal-add',
      text: `INSERT INTO event_store.seals (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      values: [number, fromPosition, toPosition, events, digests, hash, keyId, mac],
    });
  }

  /** How many events are above a position. */
  async eventsAfter(position: bigint): Promise<number> {
    const text = 'SELECT count(*)::int AS events FROM event_store.events WHERE position > $1';
    return (await this.database.query<{ events: number }>({ text, values: [position] })).rows[0]!.events;
  }

  /** How far the subscription that seals says it has come; undefined when it was never started. */
  async checkpoint(subscription: string): Promise<bigint | undefined> {
    const text = `SELECT position FROM event_store.subscriptions WHERE name = $1 AND log = 'events'`;
    return (await this.database.query<{ position: bigint }>({ text, values: [subscription] })).rows[0]?.position;
  }

  private async read(which: string, ...values: readonly bigint[]): Promise<Seal[]> {
    const text = `SELECT ${COLUMNS} FROM event_store.seals ${which}`;
    const { rows } = await this.database.query<SealRow>({ text, values });
    return rows.map((row) => ({
      number: row.number,
      fromPosition: row.from_position,
      toPosition: row.to_position,
      events: row.events,
      digests: row.digests,
      hash: row.hash,
      keyId: row.key_id,
      mac: row.mac,
    }));
  }
}
