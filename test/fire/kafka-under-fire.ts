// Kafka under fire: a broker of the system's own, killed and frozen as a process.
import { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { KafkaBroker } from '../../libs/event-store/src/kafka/index.js';
import type { LocalKafka } from '../../tools/kafka/local-kafka.js';
import { eventually } from '../support/eventually.js';
import { placeName, type BrokerUnderFire } from './broker-under-fire.js';

/** Kafka counts what a batch weighs compressed: so a value far above its limit gets in. */
const COMPRESSED_FROM_BYTES = 100_000;

export function kafkaUnderFire(kafka: LocalKafka): BrokerUnderFire {
  const brokers = [...kafka.brokers];
  const client = new KafkaBroker({ brokers, clientId: 'under-fire' });
  const raw = new Kafka({ brokers, clientId: 'under-fire-raw', logLevel: logLevel.NOTHING });
  const producer = raw.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  return {
    name: 'kafka',
    down: () => kafka.kill9(),
    up: () => kafka.start(),
    freeze: () => kafka.freeze(),
    thaw: () => kafka.resume(),
    async put({ topic, partition, key, headers, value }) {
      await producer.connect();
      const heavy = (value?.length ?? 0) > COMPRESSED_FROM_BYTES;
      const [sent] = await producer.send({
        topic,
        messages: [{ partition, key, headers: { ...headers }, value }],
        ...(heavy && { compression: CompressionTypes.GZIP }),
      });
      return placeName({ topic, partition, offset: sent!.baseOffset! });
    },
    async forgetGroup(group) {
      const admin = raw.admin();
      await admin.connect();
      try {
        await eventually(() => admin.deleteGroups([group]), { timeoutMs: 30_000 }); // a member that left is forgotten a moment later
      } finally {
        await admin.disconnect();
      }
    },
    client,
    async close() {
      await producer.disconnect();
      await client.close();
    },
  };
}
