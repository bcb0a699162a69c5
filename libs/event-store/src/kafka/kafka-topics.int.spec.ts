// What the adapter leaves on a cluster that others use too: topics, names, bytes.
import { randomBytes } from 'node:crypto';
import { Kafka, logLevel, type Admin, type KafkaMessage } from 'kafkajs';
import { Kafka as CloudEventsOverKafka, type CloudEvent } from 'cloudevents';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { kafkaForTests } from '../../../../test/support/kafka.js';
import type { EventContext } from '../core/index.js';
import {
  HeldBackError,
  IntegrationEvent,
  partitionOf,
  toBrokerMessage,
  UnpublishableMessageError,
} from '../messaging/index.js';
import { message, sequence } from '../testing/contracts/broker.collector.js';
import { KafkaBroker } from './kafka-broker.js';
import { publishedOnKafka } from './published-on-kafka.js';

const TIMEOUT = { timeout: 15_000, interval: 20 };
const kafka = await kafkaForTests();

@IntegrationEvent('shop.order.placed.v1')
class OrderPlacedV1 {
  constructor(
    readonly orderId: string,
    readonly note: string,
  ) {}
}

describe.skipIf(!kafka)('on a Kafka that others use too', () => {
  const { brokers, prefix } = kafka ?? { brokers: [], prefix: '' };
  const client = new Kafka({
    brokers: [...(brokers.length > 0 ? brokers : ['nowhere:1'])],
    logLevel: logLevel.NOTHING,
  });
  const lines: string[] = [];
  let admin: Admin;
  let broker: KafkaBroker;
  let topics = 0;

  beforeAll(async () => {
    const hear = (line: string): void => void lines.push(line);
    broker = new KafkaBroker({ brokers, clientId: 'test', prefix, logger: { debug: hear, log: hear, warn: hear } });
    await broker.start();
    admin = client.admin();
    await admin.connect();
  });
  afterEach(() => void (lines.length = 0));
  afterAll(async () => {
    await admin.deleteTopics({ topics: (await admin.listTopics()).filter((name) => name.startsWith(prefix)) });
    await admin.disconnect();
    await broker.close();
  });
  const newTopic = async (partitions = 1): Promise<string> => {
    const name = `topic-${(topics += 1)}`;
    await broker.ensureTopics([{ name, partitions }]);
    return name;
  };
  /** As a client reads them that knows nothing of us. */
  const read = async (topic: string, count: number): Promise<KafkaMessage[]> => {
    const consumer = client.consumer({ groupId: `${prefix}foreign-${topic}` });
    const found: KafkaMessage[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic: prefix + topic, fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message: one }) => void found.push(one) });
    try {
      await vi.waitFor(() => expect(found).toHaveLength(count), TIMEOUT);
    } finally {
      await consumer.disconnect();
    }
    return found;
  };

  it('makes topics that keep everything for seven days by the clock of the brokers, and read well', async () => {
    const topic = await newTopic();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: prefix + topic }],
    });
    const configs = Object.fromEntries(
      resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]),
    );
    expect(configs).toMatchObject({
      'cleanup.policy': 'delete',
      'retention.ms': '604800000',
      'message.timestamp.type': 'LogAppendTime',
      'max.message.bytes': '2097152',
      'compression.type': 'gzip',
    });
  });

  it('keeps for ever what shall be kept for ever, and says when there are too few brokers for the replicas', async () => {
    const options = { brokers, clientId: 'test', prefix };
    const forEver = new KafkaBroker({ ...options, retentionMs: Infinity });
    await forEver.ensureTopics([{ name: 'for-ever', partitions: 1 }]);
    await forEver.close();
    const resources = [{ type: 2, name: `${prefix}for-ever`, configNames: ['retention.ms'] }];
    const described = await admin.describeConfigs({ includeSynonyms: false, resources });
    expect(described.resources[0]!.configEntries[0]!.configValue).toBe('-1');

    const warnings: string[] = [];
    const logger = { debug: () => undefined, log: () => undefined, warn: (line: string) => void warnings.push(line) };
    const wanting = new KafkaBroker({ ...options, replicationFactor: 99, logger });
    const refused = /fewer than 99 brokers up/;
    await expect(wanting.ensureTopics([{ name: 'wanting', partitions: 1 }])).rejects.toThrow(refused);
    await expect(wanting.ensureTopics([{ name: 'wanting', partitions: 1 }])).rejects.toThrow(refused);
    await wanting.close();
    expect(warnings.filter((line) => refused.test(line))).toHaveLength(1);
  });

  it('writes CloudEvents that the SDK of the CloudEvents project reads', async () => {
    const topic = await newTopic();
    const cause: EventContext = {
      stream: { name: 'order-1', category: 'order', id: '1' },
      version: 3,
      position: 9n,
      eventId: '01890000-0000-7000-8000-000000000001',
      time: new Date('2026-01-02T03:04:05.678Z'),
      metadata: { correlationId: 'corr-1', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    };
    const event = new OrderPlacedV1('1', 'Größe ✓ 🦊');
    const sent = toBrokerMessage({ event, cause, publisher: 'orders', topic, source: '/order-service', key: '1' });
    expect(await broker.publish([sent])).toEqual([]);
    const [found] = await read(topic, 1);
    const headers = Object.fromEntries(Object.entries(found!.headers!).map(([name, value]) => [name, String(value)]));
    const cloudEvent = CloudEventsOverKafka.toEvent({ ...found, headers, body: undefined }) as CloudEvent;
    expect(cloudEvent.validate()).toBe(true);
    expect(cloudEvent).toMatchObject({
      specversion: '1.0',
      id: sent.headers['ce_id'],
      source: '/order-service',
      type: 'shop.order.placed.v1',
      subject: '1',
      time: '2026-01-02T03:04:05.678Z',
      datacontenttype: 'application/json',
      correlationid: 'corr-1',
      causationid: cause.eventId,
      streamversion: '3',
    });
    expect(cloudEvent.data).toEqual({ orderId: '1', note: 'Größe ✓ 🦊' });
    expect(headers['traceparent']).toBe(cause.metadata.traceparent);
    expect(found!.key!.toString()).toBe('1');
  });

  it('puts its prefix before topics and groups, and takes it off again', async () => {
    const topic = await newTopic();
    const seen: string[] = [];
    const consumer = await broker.consume({
      group: 'service',
      topics: [topic],
      handler: async (batch) => (seen.push(...batch.map((one) => one.topic)), 'ack'),
    });
    await broker.publish([message(topic, 'k', 0)]);
    await vi.waitFor(() => expect(seen).toEqual([topic]), TIMEOUT);
    await consumer.stop();
    expect(await admin.listTopics()).toContain(prefix + topic);
    const { groups } = await admin.listGroups();
    expect(groups.map(({ groupId }) => groupId)).toContain(`${prefix}service`);
    expect(groups.map(({ groupId }) => groupId)).not.toContain('service');
  });

  it('sends the batches of concurrent calls in the order of the calls, each key where every Kafka client puts it', async () => {
    const topic = await newTopic(6);
    const keys = Array.from({ length: 12 }, (_, n) => `Schlüssel-${n}`);
    const calls = Array.from({ length: 20 }, (_, call) => keys.map((key) => message(topic, key, call)));
    await Promise.all(calls.map((batch) => broker.publish(batch)));
    const published = await publishedOnKafka({ brokers, prefix, topics: [topic, 'not-there'] })();
    expect(published).toHaveLength(240);
    for (const key of keys) {
      const ofKey = published.filter((one) => one.key === key);
      expect(ofKey.map(({ headers }) => Number(headers['number']))).toEqual(calls.map((_, call) => call));
      expect(new Set(ofKey.map(({ partition }) => partition))).toEqual(new Set([partitionOf(key, 6)]));
    }
  });

  it('refuses alone what is too large for this topic, holds back those of its key, and sends the others', async () => {
    const topic = await newTopic();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: 2, name: prefix + topic, configEntries: [{ name: 'max.message.bytes', value: '20000' }] }],
    });
    const noise = randomBytes(30_000); // nothing packs it smaller
    const large = { ...message(topic, 'a', 1), value: noise };
    await vi.waitFor(async () => {
      const refused = await broker.publish([large]);
      expect(refused).toEqual([{ index: 0, error: expect.any(UnpublishableMessageError) as Error }]);
      expect(String(refused[0]!.error)).toContain('max.message.bytes');
    }, TIMEOUT);
    const batch = [
      message(topic, 'a', 0),
      large,
      message(topic, 'a', 2),
      message(topic, 'b', 3),
      message(topic, 'c', 4),
    ];
    expect(await broker.publish(batch)).toEqual([
      { index: 1, error: expect.any(UnpublishableMessageError) as Error },
      { index: 2, error: expect.any(HeldBackError) as Error },
    ]);
    const published = await publishedOnKafka({ brokers, prefix, topics: [topic] })();
    expect(new Set(published.map(({ headers }) => Number(headers['number'])))).toEqual(new Set([0, 3, 4]));
  });

  it('takes many and large messages in one call, and hands them over whole', async () => {
    const topic = await newTopic(3);
    const values = Array.from({ length: 1_200 }, (_, n) => Buffer.alloc(4_000, String(n)));
    const seen: number[] = [];
    const sizes: number[] = [];
    const batch = values.map((value, n) => ({ ...message(topic, `key-${n % 50}`, n), value }));
    expect(await broker.publish(batch)).toEqual([]);
    const consumer = await broker.consume({
      group: `group-${topic}`,
      topics: [topic],
      handler: async (messages) => {
        sizes.push(messages.length);
        for (const one of messages) if (values[sequence(one)]!.equals(one.value!)) seen.push(sequence(one));
        return 'ack';
      },
    });
    await vi.waitFor(() => expect(new Set(seen).size).toBe(1_200), TIMEOUT);
    await consumer.stop();
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
    expect(await broker.lag(`group-${topic}`, [topic, 'not-there'])).toEqual([
      { topic, messages: 0 },
      { topic: 'not-there', messages: 0 },
    ]);
  });

  it('writes nothing out of a message into its log', async () => {
    const topic = await newTopic(2);
    const secret = 'SECRET-CONTENT';
    const calls: number[] = [];
    const consumer = await broker.consume({
      group: `group-${topic}`,
      topics: [topic],
      handler: async (messages) => {
        calls.push(messages.length);
        if (calls.length === 1) throw new Error('planned by the test');
        return 'ack';
      },
    });
    await broker.publish([{ ...message(topic, secret, 0), headers: { h: secret }, value: Buffer.from(secret) }]);
    await vi.waitFor(() => expect(calls).toHaveLength(2), TIMEOUT);
    await consumer.stop();
    expect(lines.join('\n')).toMatch(/planned by the test/);
    expect(lines.join('\n')).not.toContain(secret);
  });
});
