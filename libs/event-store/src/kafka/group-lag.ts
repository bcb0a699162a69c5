// How far a group is behind: from the offsets it has committed and the ends of the partitions.
import type { TopicLag } from '../messaging/index.js';
import type { KafkaAdmin } from './kafka-admin.js';
import type { KafkaSettings } from './kafka-options.js';

/** A group that has committed nothing yet has all that is there before it; a topic that is not there has nothing. @throws UnavailableError */
export function groupLag(
  admin: KafkaAdmin,
  settings: KafkaSettings,
  { group, topics }: { readonly group: string; readonly topics: readonly string[] },
): Promise<TopicLag[]> {
  const groupId = settings.wireName(group);
  const wireNames = new Map(topics.map((topic) => [topic, settings.wireName(topic)]));
  return admin.run(async (connection) => {
    const there = [...(await admin.readPartitions(connection, [...wireNames.values()])).keys()];
    const committed = new Map<string, bigint>();
    // Without topics kafkajs asks for all the group has.
    const offsets = there.length === 0 ? [] : await connection.fetchOffsets({ groupId, topics: there });
    for (const { topic, partitions } of offsets)
      for (const { partition, offset } of partitions) committed.set(`${topic}/${partition}`, BigInt(offset)); // -1: none
    const behind = new Map<string, bigint>();
    for (const topic of there) {
      let sum = 0n;
      for (const { partition, low, high } of await connection.fetchTopicOffsets(topic)) {
        const from = max(committed.get(`${topic}/${partition}`) ?? -1n, BigInt(low));
        sum += max(BigInt(high) - from, 0n);
      }
      behind.set(topic, sum);
    }
    return topics.map((topic) => ({ topic, messages: Number(behind.get(wireNames.get(topic)!) ?? 0n) }));
  });
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
