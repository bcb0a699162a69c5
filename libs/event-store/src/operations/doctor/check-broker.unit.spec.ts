import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/index.js';
import { MemoryBroker } from '../../memory/index.js';
import { topic } from '../../messaging/index.js';
import { examineBroker } from './check-broker.js';

const orders = topic('shop.order.events.v1', [], { partitions: 6 });
const payments = topic('shop.payment.events.v1', [], { partitions: 6 });

describe('the doctor at the broker', () => {
  let broker: MemoryBroker;
  beforeEach(() => {
    broker = new MemoryBroker();
  });
  const examine = () =>
    examineBroker(
      { broker, place: 'here', group: 'order-service', consumes: [payments], publishes: [orders] },
      systemClock,
    );
  const codes = async () => (await examine()).findings.map(({ severity, code }) => `${severity} ${code}`);
  const make = (partitions: number) =>
    broker.ensureTopics([orders, payments].map(({ topic: name }) => ({ name, partitions })));
  const join = () =>
    broker.consume({
      group: 'order-service',
      topics: [payments.topic],
      handler: () => Promise.resolve('ack' as const),
    });

  it('finds nothing where topics are as wanted and somebody consumes, and says how they are', async () => {
    await make(6);
    await join();
    expect(await examine()).toEqual({
      examined: {
        name: 'memory',
        place: 'here',
        lag: [{ topic: payments.topic, messages: 0 }],
        topics: [
          { topic: orders.topic, partitions: 6, replicas: 1 },
          { topic: payments.topic, partitions: 6, replicas: 1 },
        ],
        members: 1,
      },
      findings: [],
    });
  });

  it('names topics that are missing, published or consumed, and what to do [23]', async () => {
    await join();
    const { findings } = await examine();
    expect(findings.map(({ code }) => code)).toEqual(['topic-missing', 'topic-missing']);
    expect(findings[0]!.sentence).toMatch(
      /^Topic shop\.order\.events\.v1 is not there\. Expected it with 6 partitions: .* start it/,
    );
  });

  it('names topics with another number of partitions [23]', async () => {
    await make(4);
    await join();
    const { findings } = await examine();
    expect(findings.map(({ code }) => code)).toEqual(['topic-partitions', 'topic-partitions']);
    expect(findings[1]!.sentence).toMatch(/shop\.payment\.events\.v1 has 4 partitions, and this build wants 6/);
  });

  it('notes a group without consumers, which is a problem once something waits for it', async () => {
    await make(6);
    expect(await codes()).toEqual(['note group-without-members']);
    await broker.publish([{ topic: payments.topic, key: 'k', headers: {}, value: Buffer.from('{}') }]);
    expect(await codes()).toEqual(['problem group-without-members']);
  });

  it('says that a broker does not answer', async () => {
    broker.unavailable(true);
    expect(await codes()).toEqual(['problem broker-unreachable']);
  });
});
