// What lies on the topics, whatever the broker: a port, and the one for the PostgreSQL bus.
import type { Query, Row } from './service-state.js';

/** A message as it lies on its topic; what other contexts can see of it. */
export interface PublishedMessage {
  readonly topic: string;
  readonly partition: number;
  /** Order within the partition. */
  readonly offset: bigint;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
}

/** All messages of all topics, each partition in its order. */
export type PublishedMessages = () => Promise<readonly PublishedMessage[]>;

/** For the `postgres` broker: `query` asks the bus database. */
export function publishedOnPostgres(query: Query): PublishedMessages {
  return async () => {
    const rows = await query(
      `SELECT topic, partition::text, position::text AS "offset", key, headers, encode(value, 'hex') AS value
         FROM bus.messages ORDER BY messages.position`,
    );
    return rows.map((row) => ({
      topic: String(row['topic']),
      partition: Number(row['partition']),
      offset: BigInt(String(row['offset'])),
      key: orNull(row, 'key'),
      headers: headersOf(row['headers']),
      value: orNull(row, 'value') === null ? null : Buffer.from(String(row['value']), 'hex'),
    }));
  };
}

/** CloudEvents id, or a place where a message has none. */
export function messageId({ headers, topic, partition, offset }: PublishedMessage): string {
  return headers['ce_id'] ?? `(no id, ${topic}/${partition}@${offset})`;
}

function orNull(row: Row, column: string): string | null {
  return row[column] === null || row[column] === undefined ? null : String(row[column]);
}

function headersOf(value: unknown): Record<string, string> {
  return (typeof value === 'string' ? JSON.parse(value) : value) as Record<string, string>;
}
