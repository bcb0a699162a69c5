// Lists what is set aside.
import type { ParkedMessage, SubscriptionKey } from '../../core/index.js';
import type {
  ListedParked,
  ListedUnreadable,
  ParkedCounts,
  ParkedDirectory,
  ParkedFilter,
  Resolution,
  StoredUnreadable,
  UnreadableFilter,
} from '../../operations/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import { parkedOf, type ParkedRow } from '../stores/parking-store.js';
import * as sql from './parked.sql.js';

export interface ListedRow extends ParkedRow {
  readonly behind: number;
}

interface UnreadableRow {
  readonly id: bigint;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly reason_code: string;
  readonly detail: string;
  readonly received_at: Date;
  readonly resolution: Resolution | null;
}

export class PostgresParkedDirectory implements ParkedDirectory {
  constructor(private readonly database: PostgresDatabase) {}

  async list(filter: ParkedFilter): Promise<ListedParked[]> {
    const { statuses, subscription, key, log, type, reasonCode, since, before, limit } = filter;
    const wanted = [subscription, key, log, type, reasonCode, since, before].map((one) => one ?? null);
    return this.parked(sql.listParked, [statuses, ...wanted, limit]);
  }

  async find({ name, log }: SubscriptionKey, position: bigint): Promise<ListedParked | undefined> {
    const [found] = await this.parked(sql.findParked, [name, log, position]);
    return found;
  }

  behind({ name, log }: SubscriptionKey, key: string, position: bigint, limit: number): Promise<ParkedMessage[]> {
    return this.parked(sql.behindParked, [name, log, key, position, limit]);
  }

  async counts(): Promise<ParkedCounts> {
    return (await this.database.query<{ [Name in keyof ParkedCounts]: number }>({ text: sql.countParked })).rows[0]!;
  }

  async unreadable(filter: UnreadableFilter): Promise<ListedUnreadable[]> {
    const { key, type, reasonCode, since, before, oldestFirst, limit } = filter;
    const text = oldestFirst ? sql.unreadableOldestFirst : sql.unreadableNewestFirst;
    const values = [...[key, type, reasonCode, since, before].map((one) => one ?? null), limit];
    const { rows } = await this.database.query<UnreadableRow & { bytes: number }>({ text, values });
    return rows.map((row) => ({ ...place(row), ...fate(row), bytes: row.bytes }));
  }

  async findUnreadable(id: bigint): Promise<StoredUnreadable | undefined> {
    const { rows } = await this.database.query<
      UnreadableRow & { headers: Record<string, string>; value: Buffer | null }
    >({
      text: sql.findUnreadable,
      values: [id],
    });
    const [row] = rows;
    return row && { ...fate(row), message: { ...place(row), headers: row.headers, value: row.value } };
  }

  private async parked(text: string, values: readonly unknown[]): Promise<ListedParked[]> {
    const { rows } = await this.database.query<ListedRow>({ text, values });
    return rows.map(listedOf);
  }
}

export function listedOf(row: ListedRow): ListedParked {
  return { ...parkedOf(row), behind: row.behind };
}

function place({ topic, partition, offset, key }: UnreadableRow) {
  return { topic, partition, offset, key };
}

function fate({ id, reason_code, detail, received_at, resolution }: UnreadableRow) {
  return { id, reasonCode: reason_code, detail, receivedAt: received_at, resolution: resolution ?? undefined };
}
