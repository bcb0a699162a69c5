// Topics read whole, from their beginning to where they end now: what lies on them, for those who check it.
import { randomUUID } from 'node:crypto';
import { withDeadline } from './deadline.js';
import { KafkaAdmin } from './kafka-admin.js';
import { KafkaConsumer } from './kafka-consumer.js';
import { kafkaSettings, type KafkaBrokerOptions, type KafkaSettings } from './kafka-options.js';

/** A message as it lies on its topic. */
export interface TopicMessage {
  readonly topic: string;
  readonly partition: number;
  /** Order within the partition. */
  readonly offset: bigint;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
}

export interface TopicReaderOptions extends Pick<KafkaBrokerOptions, 'brokers' | 'prefix' | 'logger' | 'times'> {
  readonly topics: readonly string[];
  /** In milliseconds, default 60,000. */
  readonly withinMs?: number;
}

/**
 * Each call reads all topics anew, each partition in its order; a topic that is not there has no messages. Leaves no group behind.
 * The call throws UnavailableError when Kafka cannot be reached, and Error when it is not done in time.
 */
export function publishedOnKafka({ topics, withinMs = 60_000, ...options }: TopicReaderOptions) {
  return async (): Promise<readonly TopicMessage[]> => {
    const settings = kafkaSettings({ ...options, clientId: 'topic-reader' });
    const admin = new KafkaAdmin(settings);
    try {
      const ends = await readEnds(admin, settings, topics);
      return ends.size === 0 ? [] : await readUntil(ends, { admin, settings, withinMs });
    } finally {
      await admin.close();
    }
  };
}

/** Offsets behind the last message, by `topic/partition`; only partitions that have messages are named. */
function readEnds(
  admin: KafkaAdmin,
  settings: KafkaSettings,
  topics: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  return admin.run(async (connection) => {
    const ends = new Map<string, bigint>();
    for (const wireName of (
      await admin.readPartitions(
        connection,
        topics.map((topic) => settings.wireName(topic)),
      )
    ).keys()) {
      for (const { partition, low, high } of await connection.fetchTopicOffsets(wireName))
        if (BigInt(high) > BigInt(low)) ends.set(`${settings.ownName(wireName)}/${partition}`, BigInt(high));
    }
    return ends;
  });
}

async function readUntil(
  ends: ReadonlyMap<string, bigint>,
  { admin, settings, withinMs }: { admin: KafkaAdmin; settings: KafkaSettings; withinMs: number },
): Promise<readonly TopicMessage[]> {
  const found = new Map<string, TopicMessage>(); // by place: what is delivered again is the same
  const reading = new Set(ends.keys());
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const group = `topic-reader-${randomUUID()}`;
  const consumer = new KafkaConsumer({
    settings,
    admin,
    group,
    topics: [...new Set([...reading].map((place) => place.slice(0, place.lastIndexOf('/'))))],
    handler: async (batch) => {
      for (const { offset, ...message } of batch) {
        const place = `${message.topic}/${message.partition}`;
        const end = ends.get(place) ?? 0n;
        if (BigInt(offset) < end) found.set(`${place}/${offset}`, { ...message, offset: BigInt(offset) });
        if (BigInt(offset) + 1n >= end) reading.delete(place);
      }
      if (reading.size === 0) finish();
      return 'ack';
    },
  });
  try {
    await withDeadline(finished, withinMs);
  } finally {
    await consumer.stop();
    await admin.run((connection) => connection.deleteGroups([settings.wireName(group)])).catch(() => undefined);
  }
  return [...found.values()];
}
