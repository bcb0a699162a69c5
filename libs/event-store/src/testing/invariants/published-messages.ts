// What lies on the topics, whatever the broker: a port, and the one for the PostgreSQL bus.
import { optionalText, text, type Query } from './query.js';

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

/** For the `postgres` broker: `query` asks the bus database. Copies on a dead-letter topic are left out: they are of messages that are elsewhere. */
export function publishedOnPostgres(query: Query): PublishedMessages {
  return async () => {
    const rows = await query(
      `SELECT topic, partition::text, position::text AS "offset", key, headers::text, encode(value, 'hex') AS value
         FROM bus.messages WHERE NOT headers ? 'dead-letter-id' ORDER BY messages.position`,
    );
    return rows.map((row) => {
      const value = optionalText(row, 'value');
      return {
        topic: text(row, 'topic'),
        partition: Number(text(row, 'partition')),
        offset: BigInt(text(row, 'offset')),
        key: optionalText(row, 'key') ?? null,
        headers: JSON.parse(text(row, 'headers')) as Record<string, string>,
        value: value === undefined ? null : Buffer.from(value, 'hex'),
      };
    });
  };
}

/** CloudEvents id, or a place where a message has none. */
export function messageId(message: PublishedMessage): string {
  return message.headers['ce_id'] ?? `(no id, ${placeOf(message)})`;
}

/** Where a message lies, for people and to compare. */
export function placeOf({
  topic,
  partition,
  offset,
}: Pick<PublishedMessage, 'topic' | 'partition'> & { readonly offset: bigint | string }): string {
  return `${topic}/${partition}@${offset}`;
}
