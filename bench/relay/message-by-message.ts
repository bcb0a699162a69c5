// The measure of the inbox: the loop that most consumers are. One INSERT, and so one transaction, for each message, and then its offset.
import type { Consumer, EachMessagePayload, Kafka } from 'kafkajs';
import pg from 'pg';
import type { StoreOfBench } from '../lab/store.js';

export interface LoopRun {
  readonly topic: string;
  readonly group: string;
  readonly ms: number;
}

/** A table with the columns and indexes of the inbound log. */
export async function prepareRawInbox({ database }: StoreOfBench): Promise<void> {
  await database.query({ text: 'CREATE TABLE raw_inbox (LIKE event_store.inbound_messages INCLUDING ALL)' });
}

/** Until the time is up. @returns messages a second, from the first one on. */
export async function messageByMessage(
  kafka: Kafka,
  { url }: StoreOfBench,
  { topic, group, ms }: LoopRun,
): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  const consumer = kafka.consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let begun: number | undefined;
  let stored = 0;
  const rate = await new Promise<number>((resolve, reject) => {
    const eachMessage = async (message: EachMessagePayload): Promise<void> => {
      begun ??= performance.now();
      const passed = performance.now() - begun;
      if (passed >= ms) return resolve((stored / passed) * 1_000);
      await store(client, consumer, message);
      stored += 1;
    };
    consumer.run({ autoCommit: false, eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  await client.end();
  return rate;
}

async function store(client: pg.Client, consumer: Consumer, { topic, partition, message }: EachMessagePayload) {
  const { key, value, offset } = message;
  const headers = message.headers!;
  await client.query({
    name: 'store',
    text: `INSERT INTO raw_inbox (id, topic, key, type, schema_version, version, data, metadata, content_hash)
           VALUES ($1, $2, $3, $4, 1, $5, $6, $7, '') ON CONFLICT (id) DO NOTHING`,
    values: [
      String(headers['ce_id']),
      topic,
      String(key),
      String(headers['ce_type']),
      Number(headers['ce_streamversion']),
      String(value),
      { correlationId: String(headers['ce_correlationid']) },
    ],
  });
  await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(offset) + 1n) }]);
}
