// Broker contract: members of a group share the work, groups share nothing, and nobody loses its place.
import { expect, it, vi } from 'vitest';
import type { Broker, ReceivedMessage } from '../../messaging/index.js';
import { message, sequence, type Collector } from './broker.collector.js';
import { TIMEOUT, type BrokerBench } from './broker.bench.js';

export function describeGroups(bench: BrokerBench): void {
  it('shares partitions between the members of a group as it grows from one to three and shrinks again, and loses nothing [18]', async () => {
    const brokers = [await bench.open(), await bench.open(), await bench.open()];
    const topic = await bench.newTopic(brokers[0]!, 6);
    let published = 0;
    const publish = async (): Promise<void> => {
      const keys = Array.from({ length: 24 }, (_, n) => `key-${n}`);
      await brokers[0]!.publish(keys.map((key) => message(topic, key, (published += 1))));
    };
    const order: ReceivedMessage[] = [];
    const join = async (broker: Broker): Promise<Collector> => {
      const collector = await bench.collect(broker, topic);
      collector.onAcknowledged = (batch) => order.push(...batch);
      return collector;
    };
    const members = [await join(brokers[0]!)];
    await publish();
    await vi.waitFor(() => expect(members[0]!.messages).toHaveLength(24), TIMEOUT);
    members.push(await join(brokers[1]!), await join(brokers[2]!));
    await vi.waitFor(
      async () => {
        for (const member of members) member.acknowledgedPartitions.clear();
        await publish();
        await vi.waitFor(() => expect(new Set(order.map(sequence)).size).toBe(published), TIMEOUT);
        expect(members.map((member) => member.acknowledgedPartitions.size)).toEqual([2, 2, 2]);
      },
      { timeout: 30_000, interval: 100 },
    );
    await Promise.all(members.slice(1).map((member) => member.stop()));
    const before = members[0]!.messages.length;
    await publish();
    await vi.waitFor(() => expect(new Set(order.map(sequence)).size).toBe(published), TIMEOUT);
    expect(members[0]!.messages.length).toBeGreaterThanOrEqual(before + 24);
    for (let n = 0; n < 24; n += 1) {
      const first = [...new Set(order.filter(({ key }) => key === `key-${n}`).map(sequence))];
      expect(first).toEqual([...first].sort((a, b) => a - b));
    }
  });

  it('gives every group every message, also one that joins later', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker);
    const early = await bench.collect(broker, topic, 'early');
    await broker.publish([message(topic, 'a', 0), message(topic, 'b', 1), message(topic, 'a', 2)]);
    await vi.waitFor(() => expect(early.messages).toHaveLength(3), TIMEOUT);
    const late = await bench.collect(broker, topic, 'late');
    await vi.waitFor(() => expect(late.messages).toHaveLength(3), TIMEOUT);
    expect(late.numbers('a')).toEqual([0, 2]);
  });

  it('finishes the batch in hand when it is stopped, and goes on behind it', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker, 1);
    const first = await bench.collect(broker, topic);
    let finish: () => void = () => undefined;
    first.pause = new Promise((resolve) => (finish = resolve));
    await broker.publish([message(topic, 'a', 0)]);
    await vi.waitFor(() => expect(first.calls).toHaveLength(1), TIMEOUT);
    let stopped = false;
    const stopping = first.stop().then(() => (stopped = true));
    await broker.publish([message(topic, 'a', 1)]);
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(first.acknowledged).toEqual([0]);
    const second = await bench.collect(await bench.open(), topic);
    await vi.waitFor(() => expect(second.acknowledged).toEqual([1]), TIMEOUT);
    expect(first.messages).toHaveLength(1);
  });

  it('says of topics whether they are there and how many partitions they have, and of a group how many consumers it has [23]', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker, 3);
    const group = `group-${topic}`;
    const described = { topics: [{ topic, partitions: 3, replicas: 1 }], members: 0 };
    expect(await broker.describe(group, [topic])).toEqual(described);
    const [one, other] = [await bench.collect(broker, topic), await bench.collect(await bench.open(), topic)];
    const members = (count: number) =>
      vi.waitFor(
        async () => expect(await broker.describe(group, [topic])).toEqual({ ...described, members: count }),
        TIMEOUT,
      );
    await members(2);
    await one.stop();
    await members(1);
    await other.stop();
    await members(0);
    expect(await broker.describe(group, [`${topic}-not-there`, topic])).toMatchObject({
      topics: [{ topic: `${topic}-not-there`, partitions: 0, replicas: 0 }, { partitions: 3 }],
    });
  });

  it('counts what a group has not acknowledged yet', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker);
    const group = `group-${topic}`;
    expect(await broker.lag(group, [topic])).toEqual([{ topic, messages: 0 }]);
    await broker.publish([message(topic, 'a', 0), message(topic, 'b', 1)]);
    expect(await broker.lag(group, [topic])).toEqual([{ topic, messages: 2 }]);
    const seen = await bench.collect(broker, topic);
    await vi.waitFor(() => expect(seen.messages).toHaveLength(2), TIMEOUT);
    await vi.waitFor(async () => expect(await broker.lag(group, [topic])).toEqual([{ topic, messages: 0 }]), TIMEOUT);
  });
}
