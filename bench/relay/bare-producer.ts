// The measure of the relay: kafkajs alone, with the same messages and the same settings as libs/event-store/src/kafka has them.
import { CompressionTypes, Kafka, logLevel, Partitioners, type Message } from 'kafkajs';
import type { BrokerMessage } from '../../libs/event-store/src/messaging/index.js';

export interface BareProducer {
  /** In sends of 500, each acknowledged before the next. */
  send(topic: string, messages: readonly Message[]): Promise<void>;
  close(): Promise<void>;
}

export function bareKafka(brokers: readonly string[]): Kafka {
  return new Kafka({ brokers: [...brokers], clientId: 'bench', logLevel: logLevel.NOTHING });
}

export async function bareProducer(kafka: Kafka): Promise<BareProducer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return {
    async send(topic, messages) {
      for (let at = 0; at < messages.length; at += 500) {
        const portion = messages.slice(at, at + 500);
        await producer.send({ topic, acks: -1, compression: CompressionTypes.GZIP, messages: portion });
      }
    },
    close: () => producer.disconnect(),
  };
}

export function asKafkaMessage({ key, headers, value }: BrokerMessage): Message {
  return { key, headers: { ...headers }, value };
}
