// The kafka broker against the contract that every broker keeps, on a Kafka of its own that is stopped, killed and frozen.
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { describe } from 'vitest';
import { canStartKafka, prepareKafkaForTest } from '../../../../test/support/kafka.js';
import { describeBroker } from '../testing/contracts/broker.contract.js';
import { KafkaBroker } from './kafka-broker.js';
import type { KafkaTimes } from './kafka-options.js';

/** Everything that waits waits less. */
const times: Partial<KafkaTimes> = {
  connectMs: 1_000,
  requestMs: 1_500,
  answerMs: 3_000,
  probeMs: 300,
  sessionMs: 2_000,
  heartbeatMs: 200,
  rebalanceMs: 10_000,
  pollMs: 200,
  maxBackoffMs: 500,
};

const outages = {
  terminated: { begin: 'stop', end: 'start' },
  killed: { begin: 'kill9', end: 'start' },
  frozen: { begin: 'freeze', end: 'resume' },
} as const;
type Way = keyof typeof outages;

describe.skipIf(!(await canStartKafka()))('with a Kafka of its own', () => {
  describeBroker('kafka', { outages: ['killed', 'frozen', 'terminated'], foreignBytes: true }, async () => {
    const kafka = await prepareKafkaForTest();
    await kafka.start();
    const prefix = `t${randomUUID().slice(0, 8)}-`;
    let foreigner: Producer | undefined;
    const connect = async (): Promise<Producer> => {
      const client = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING });
      const producer = client.producer({ createPartitioner: () => () => 0 });
      await producer.connect();
      return producer;
    };
    return {
      open: () => new KafkaBroker({ brokers: kafka.brokers, clientId: 'test', prefix, times }),
      inject: async (topic, { key, headers, value }) => {
        foreigner ??= await connect();
        const message = { partition: 0, key, headers: headers as Record<string, string>, value };
        await foreigner.send({ topic: prefix + topic, messages: [message] });
      },
      outage: {
        begin: (way) => kafka[outages[way as Way].begin](),
        end: (way) => kafka[outages[way as Way].end](),
      },
      close: async () => {
        await foreigner?.disconnect();
        await kafka.close();
      },
    };
  });
});
