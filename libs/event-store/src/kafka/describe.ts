// How topics and a group are, as the cluster sees them: for operators, who look when something does not flow.
import type { BrokerDescription, TopicDescription } from '../messaging/index.js';
import type { KafkaAdmin } from './kafka-admin.js';
import type { KafkaSettings } from './kafka-options.js';

/** @throws UnavailableError */
export function describeKafka(
  admin: KafkaAdmin,
  settings: KafkaSettings,
  { group, topics }: { readonly group: string; readonly topics: readonly string[] },
): Promise<BrokerDescription> {
  return admin.run(async (connection) => {
    const described: TopicDescription[] = [];
    for (const topic of topics) {
      const partitions = await admin.readTopic(connection, settings.wireName(topic));
      const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
      described.push({ topic, partitions: partitions.length, replicas: partitions.length === 0 ? 0 : replicas });
    }
    const { groups } = await connection.describeGroups([settings.wireName(group)]);
    return { topics: described, members: groups[0]?.members.length ?? 0 };
  });
}
