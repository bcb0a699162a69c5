// Topics as the contracts want them: made where they are missing, and never with another number of partitions.
import type { Admin, ITopicConfig } from 'kafkajs';
import { ConfigurationError, systemClock } from '../core/index.js';
import { MAX_MESSAGE_BYTES, type TopicSpec } from '../messaging/index.js';
import type { KafkaAdmin } from './kafka-admin.js';
import { errorTypeOf } from './kafka-errors.js';
import type { KafkaSettings } from './kafka-options.js';

/**
 * Topics are created with
 * - `cleanup.policy=delete` and `retention.ms`: events are kept for a time, all of them; compaction would drop all but the last of a key;
 * - `message.timestamp.type=LogAppendTime`: the age of a message is measured on the brokers' clock, so a service whose clock is wrong
 *   neither loses messages early nor has them refused;
 * - `max.message.bytes`: the largest message we admit, with its headers; Kafka's default is a little below it;
 * - `compression.type=gzip`: the brokers pack anew what a foreign sender packed in a way that kafkajs cannot open;
 * - `min.insync.replicas=2` from three replicas on: what was acknowledged survives the loss of a broker.
 *
 * @throws ConfigurationError when a topic has another partition count; @throws UnavailableError
 */
export async function ensureTopics(
  admin: KafkaAdmin,
  settings: KafkaSettings,
  topics: readonly TopicSpec[],
): Promise<void> {
  const wanted = topics.map(({ name, partitions }) => ({ name, partitions, wire: settings.wireName(name) }));
  const names = wanted.map(({ wire }) => wire);
  const found = await admin.run(async (connection) => {
    const before = await admin.readPartitions(connection, names);
    const missing = wanted.filter(({ wire }) => !before.has(wire));
    if (missing.length === 0) return before;
    const configs = missing.map(({ wire, partitions }) => topicConfig(wire, partitions, settings));
    await create(connection, configs, settings);
    return untilServed(admin, connection, names);
  });
  for (const { name, wire, partitions } of wanted) {
    if (found.get(wire) === partitions) continue;
    throw new ConfigurationError(
      `Topic ${name} has ${found.get(wire)} partitions and ${partitions} were asked for: another count would move keys and break their order.`,
    );
  }
}

async function create(
  connection: Admin,
  topics: ITopicConfig[],
  { times, replicationFactor }: KafkaSettings,
): Promise<void> {
  try {
    await connection.createTopics({ topics, waitForLeaders: false, timeout: times.requestMs });
  } catch (error) {
    if (errorTypeOf(error) !== 'INVALID_REPLICATION_FACTOR') throw error;
    throw new Error(
      `it has fewer than ${replicationFactor} brokers up, one for each replica; start them, or ask for fewer replicas`,
      { cause: error },
    );
  }
}

function topicConfig(topic: string, numPartitions: number, settings: KafkaSettings): ITopicConfig {
  const { replicationFactor, retentionMs } = settings;
  const configs: Record<string, string> = {
    'cleanup.policy': 'delete',
    'retention.ms': String(Number.isFinite(retentionMs) ? retentionMs : -1),
    'message.timestamp.type': 'LogAppendTime',
    'max.message.bytes': String(2 * MAX_MESSAGE_BYTES),
    'compression.type': 'gzip',
    ...(replicationFactor >= 3 && { 'min.insync.replicas': '2' }),
  };
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
  return { topic, numPartitions, replicationFactor, configEntries };
}

/** A topic that has been created is known, and its partitions served, a little later. The caller sets the deadline. */
async function untilServed(
  admin: KafkaAdmin,
  connection: Admin,
  names: readonly string[],
): Promise<Map<string, number>> {
  for (;;) {
    const found = await admin.readPartitions(connection, names);
    if (names.every((name) => found.has(name))) {
      for (const name of names) await connection.fetchTopicOffsets(name);
      return found;
    }
    await systemClock.sleep(50);
  }
}
