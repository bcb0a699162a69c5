// What only Kafka and kafkajs can do to a service: members that are taken for dead, consumers that end, answers that never come.
import { randomUUID } from 'node:crypto';
import { CompressionTypes, Kafka, logLevel, PartitionAssigners, type Admin, type PartitionAssigner } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { canStartKafka, prepareKafkaForTest, type OwnKafka } from '../../../../test/support/kafka.js';
import { UnavailableError } from '../core/index.js';
import type { ConsumeOptions, ReceivedMessage } from '../messaging/index.js';
import { message, sequence } from '../testing/contracts/broker.collector.js';
import { KafkaBroker } from './kafka-broker.js';
import { KafkaClient } from './kafka-client.js';
import { kafkaSettings, type KafkaTimes } from './kafka-options.js';
import { publishedOnKafka } from './published-on-kafka.js';

const TIMEOUT = { timeout: 15_000, interval: 20 };
const times: Partial<KafkaTimes> = {
  requestMs: 1_000,
  answerMs: 2_000,
  probeMs: 300,
  sessionMs: 1_500,
  heartbeatMs: 200,
  rebalanceMs: 10_000,
  pollMs: 200,
  maxBackoffMs: 500,
};

describe.skipIf(!(await canStartKafka()))('a Kafka that gives trouble', () => {
  let kafka: OwnKafka;
  let operator: Admin;
  const cleanUp: (() => Promise<unknown>)[] = [];
  const warnings: string[] = [];
  const logger = { debug: () => undefined, log: () => undefined, warn: (line: string) => void warnings.push(line) };

  beforeAll(async () => {
    kafka = await prepareKafkaForTest();
    await kafka.start();
    operator = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await operator.connect();
  }, 120_000);
  afterEach(async () => {
    warnings.length = 0;
    for (const step of cleanUp.splice(0).toReversed()) await step();
  });
  afterAll(async () => {
    await operator.disconnect();
    await kafka.close();
  });

  const open = async (over: Partial<KafkaTimes> = {}): Promise<KafkaBroker> => {
    const broker = new KafkaBroker({ brokers: kafka.brokers, clientId: 'test', times: { ...times, ...over }, logger });
    cleanUp.push(() => broker.close());
    await broker.start();
    return broker;
  };
  const newTopic = async (broker: KafkaBroker, partitions = 1): Promise<string> => {
    const name = `topic-${randomUUID()}`;
    await broker.ensureTopics([{ name, partitions }]);
    return name;
  };
  const consume = async (broker: KafkaBroker, topic: string, handler: ConsumeOptions['handler'], group = topic) => {
    const consumer = await broker.consume({ group, topics: [topic], handler });
    cleanUp.push(() => consumer.stop());
    return consumer;
  };
  const collect = async (broker: KafkaBroker, topic: string, group = topic): Promise<number[]> => {
    const seen: number[] = [];
    await consume(broker, topic, async (batch) => (seen.push(...batch.map(sequence)), 'ack'), group);
    return seen;
  };

  it('says that it cannot go on over a batch nobody can unpack, instead of beginning again and again in silence', async () => {
    const broker = await open();
    const topic = await newTopic(broker);
    const foreign = new KafkaClient(kafkaSettings({ brokers: kafka.brokers, clientId: 'foreign' }));
    const producer = foreign.kafka.producer();
    await producer.connect();
    cleanUp.push(() => producer.disconnect());
    const value = Buffer.alloc(65 * 1024 * 1024); // some 64 kB in gzip
    await producer.send({ topic, compression: CompressionTypes.GZIP, messages: [{ key: 'k', value }] });
    await collect(broker, topic);
    await vi.waitFor(() => expect(warnings.join()).toMatch(/could not go on and is started anew/), TIMEOUT);
    await vi.waitFor(() => expect(broker.health().status).toBe('degraded'), TIMEOUT);
  });

  it('keeps a member whose handler works for longer than the session, and gives it nothing twice', async () => {
    const [one, other] = [await open(), await open()];
    const topic = await newTopic(one);
    const calls: (readonly ReceivedMessage[])[] = [];
    let finish: () => void = () => undefined;
    const slowly = async (batch: readonly ReceivedMessage[]): Promise<'ack'> => {
      calls.push(batch);
      await new Promise<void>((resolve) => (finish = resolve));
      return 'ack';
    };
    await consume(one, topic, slowly);
    await one.publish([message(topic, 'k', 0)]);
    await vi.waitFor(() => expect(calls).toHaveLength(1), TIMEOUT);
    const later = performance.now() + 3 * times.sessionMs!;
    await collect(other, topic, 'somebody-else'); // a group of its own changes nothing
    await vi.waitFor(() => expect(performance.now()).toBeGreaterThan(later), TIMEOUT);
    finish();
    await vi.waitFor(async () => expect(await one.lag(topic, [topic])).toEqual([{ topic, messages: 0 }]), TIMEOUT);
    expect(calls).toHaveLength(1);
  });

  it('gives up a handler that hangs, hands its messages over again, and goes on with other partitions meanwhile [17]', async () => {
    const broker = await open({ handlerMs: 2_500 });
    const topic = await newTopic(broker, 3);
    const calls: number[] = [];
    const done: number[] = [];
    await consume(broker, topic, async (batch) => {
      const numbers = batch.map(sequence);
      calls.push(...numbers);
      if (numbers.includes(0) && calls.filter((number) => number === 0).length === 1)
        await new Promise(() => undefined);
      done.push(...numbers);
      return 'ack';
    });
    await broker.publish([
      message(topic, 'k', 0),
      ...Array.from({ length: 20 }, (_, n) => message(topic, `key-${n}`, n + 1)),
    ]);
    await vi.waitFor(() => expect(done.length).toBeGreaterThan(0), TIMEOUT);
    expect(done).not.toContain(0);
    await vi.waitFor(() => expect(new Set(done).size).toBe(21), TIMEOUT);
    expect(warnings).toEqual([
      expect.stringMatching(/could not handle a batch, which comes again: no answer within 2500 ms/),
    ]);
  });

  it('stops a consumer whose handler hangs within its deadline, and another member gets the messages', async () => {
    const broker = await open({ drainMs: 500 });
    const topic = await newTopic(broker);
    let hangs = false;
    const consumer = await consume(broker, topic, () => {
      hangs = true;
      return new Promise(() => undefined);
    });
    await broker.publish([message(topic, 'k', 7)]);
    await vi.waitFor(() => expect(hangs).toBe(true), TIMEOUT);
    const begun = performance.now();
    await consumer.stop();
    expect(performance.now() - begun).toBeLessThan(8_000); // half a second, and what Kafka gets for the farewell
    expect(warnings).toEqual([expect.stringMatching(/could not finish the batch in hand before it was stopped/)]);
    const seen = await collect(broker, topic);
    await vi.waitFor(() => expect(seen).toEqual([7]), TIMEOUT);
  });

  it('takes over the partitions of a member that fell silent', async () => {
    const broker = await open();
    const topic = await newTopic(broker, 2);
    const client = new KafkaClient(kafkaSettings({ brokers: kafka.brokers, clientId: 'silent', times }));
    const silent = client.kafka.consumer({ groupId: topic, sessionTimeout: times.sessionMs, heartbeatInterval: 200 });
    const joined = new Promise((resolve) => silent.on('consumer.group_join', resolve));
    await silent.connect();
    await silent.subscribe({ topic, fromBeginning: true });
    await silent.run({ autoCommit: false, eachBatch: () => new Promise(() => undefined) });
    await joined;
    client.end();
    const seen = await collect(broker, topic);
    await broker.publish(Array.from({ length: 20 }, (_, n) => message(topic, `key-${n}`, n)));
    await vi.waitFor(() => expect(new Set(seen).size).toBe(20), TIMEOUT);
  });

  it('begins a consumer anew that kafkajs has given up, until it can join [19]', async () => {
    const broker = await open();
    const topic = await newTopic(broker);
    // Members of one group must have an assigner in common: with this one in the group, Kafka refuses ours, and kafkajs gives up.
    const strange: PartitionAssigner = (config) => ({ ...PartitionAssigners.roundRobin(config), name: 'strange' });
    const client = new KafkaClient(kafkaSettings({ brokers: kafka.brokers, clientId: 'strange', times }));
    const foreigner = client.kafka.consumer({
      groupId: topic,
      partitionAssigners: [
        (config) => {
          const assigner = strange(config);
          return {
            ...assigner,
            protocol: (subscription) => ({ ...assigner.protocol(subscription), name: 'strange' }),
          };
        },
      ],
    });
    cleanUp.push(async () => client.end());
    const joined = new Promise((resolve) => foreigner.on('consumer.group_join', resolve));
    await foreigner.connect();
    await foreigner.subscribe({ topic });
    await foreigner.run({ eachMessage: () => Promise.resolve() });
    await joined;
    const seen = await collect(broker, topic);
    await vi.waitFor(
      () =>
        expect(broker.health()).toMatchObject({ status: 'degraded', detail: expect.stringMatching(/anew/) as string }),
      TIMEOUT,
    );
    expect(warnings.join()).toMatch(/could not go on and is started anew: .*protocol/i);
    await foreigner.disconnect();
    await broker.publish([message(topic, 'k', 7)]);
    await vi.waitFor(() => expect(seen).toEqual([7]), TIMEOUT);
    await vi.waitFor(() => expect(broker.health()).toEqual({ status: 'up' }), TIMEOUT);
  });

  it('waits for a topic that is not there yet, says which, and survives that it vanishes [23]', async () => {
    const broker = await open();
    const topic = `topic-${randomUUID()}`;
    const seen = await collect(broker, topic);
    await vi.waitFor(() => expect(warnings.join()).toContain(`topic ${topic} does not exist`), TIMEOUT);
    expect(broker.health().status).toBe('degraded');
    await broker.ensureTopics([{ name: topic, partitions: 1 }]);
    await broker.publish([message(topic, 'k', 0)]);
    await vi.waitFor(() => expect(seen).toEqual([0]), TIMEOUT);
    await vi.waitFor(() => expect(broker.health().status).toBe('up'), TIMEOUT);

    await operator.deleteTopics({ topics: [topic] });
    await vi.waitFor(() => expect(broker.health().status).toBe('degraded'), TIMEOUT);
    await vi.waitFor(
      () => expect(broker.publish([message(topic, 'k', 1)])).rejects.toThrow(`Topic ${topic} is unavailable`),
      TIMEOUT,
    );
    await broker.ensureTopics([{ name: topic, partitions: 1 }]);
    await broker.publish([message(topic, 'k', 2)]);
    await vi.waitFor(() => expect(seen.at(-1)).toBe(2), TIMEOUT);
    await vi.waitFor(() => expect(broker.health().status).toBe('up'), TIMEOUT);
  });

  it('counts as degraded for those who publish to a topic that has gone, as long as they try [23]', async () => {
    const broker = await open();
    const topic = `topic-${randomUUID()}`;
    await broker.ensureTopics([{ name: topic, partitions: 1 }]);
    await broker.publish([message(topic, 'k', 0)]);
    expect(broker.health()).toEqual({ status: 'up' });
    await operator.deleteTopics({ topics: [topic] });
    await vi.waitFor(
      () => expect(broker.publish([message(topic, 'k', 1)])).rejects.toThrow(`Topic ${topic} is unavailable`),
      TIMEOUT,
    );
    expect(broker.health()).toEqual({ status: 'degraded', detail: 'Kafka does not take messages' });
  });

  it('goes on with what is still there when retention was faster than the group', async () => {
    const broker = await open();
    const topic = await newTopic(broker);
    const before: number[] = [];
    const first = await consume(broker, topic, async (batch) => (before.push(...batch.map(sequence)), 'ack'));
    await broker.publish([message(topic, 'k', 0)]);
    await vi.waitFor(async () => expect(await broker.lag(topic, [topic])).toEqual([{ topic, messages: 0 }]), TIMEOUT);
    await first.stop();
    await broker.publish([1, 2, 3, 4].map((n) => message(topic, 'k', n)));
    await operator.fetchTopicOffsets(topic); // kafkajs deletes only where it has looked before
    await operator.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] });
    expect(await broker.lag(topic, [topic])).toEqual([{ topic, messages: 2 }]);
    const after = await collect(broker, topic);
    await vi.waitFor(() => expect(after).toEqual([3, 4]), TIMEOUT);
    await vi.waitFor(async () => expect(await broker.lag(topic, [topic])).toEqual([{ topic, messages: 0 }]), TIMEOUT);
  });

  it('stores every batch it acknowledges after one that it gave up without an answer', async () => {
    const broker = await open();
    const topic = await newTopic(broker);
    await broker.publish([message(topic, 'k', 0)]);
    await kafka.freeze();
    try {
      await expect(broker.publish([message(topic, 'k', 1)])).rejects.toThrow(UnavailableError);
    } finally {
      await kafka.resume();
    }
    // Another message under the sequence number of the lost one would be taken for its copy.
    await vi.waitFor(async () => expect(await broker.publish([message(topic, 'k', 2)])).toEqual([]), TIMEOUT);
    const published = await publishedOnKafka({ brokers: kafka.brokers, topics: [topic] })();
    expect(published.map(({ headers }) => Number(headers['number']))).toContain(2);
  });

  it('answers within its time while Kafka is frozen, as often as it is asked, and piles up no connections', async () => {
    const broker = await open();
    const topic = await newTopic(broker);
    await broker.publish([message(topic, 'k', 0)]);
    const connections = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    await kafka.freeze();
    try {
      let most = 0;
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const before = performance.now();
        await expect(broker.publish([message(topic, 'k', 1)])).rejects.toThrow(UnavailableError);
        expect(performance.now() - before).toBeLessThan(6_000);
        if (attempt === 0) most = connections();
      }
      expect(connections()).toBeLessThanOrEqual(most + 2);
      expect(broker.health()).toEqual({ status: 'degraded', detail: 'Kafka cannot be reached' });
    } finally {
      await kafka.resume();
    }
    await vi.waitFor(async () => expect(await broker.publish([message(topic, 'k', 2)])).toEqual([]), TIMEOUT);
    await vi.waitFor(() => expect(broker.health()).toEqual({ status: 'up' }), TIMEOUT);
  });
});
