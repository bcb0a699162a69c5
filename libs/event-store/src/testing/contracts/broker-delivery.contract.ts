// Broker contract: what is published arrives, in order, unchanged, and again until it is acknowledged.
import { expect, it, vi } from 'vitest';
import { partitionOf } from '../../messaging/index.js';
import { message, sequence } from './broker.collector.js';
import { TIMEOUT, type BrokerBench } from './broker.bench.js';

export function describeDelivery(bench: BrokerBench): void {
  it('delivers the messages of a key in the order they were published, over several batches', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker);
    const seen = await bench.collect(broker, topic);
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (let batch = 0; batch < 4; batch += 1) {
      const messages = Array.from({ length: 150 }, (_, at) =>
        message(topic, keys[at % keys.length]!, batch * 150 + at),
      );
      expect(await broker.publish(messages)).toEqual([]);
    }
    await vi.waitFor(() => expect(seen.messages).toHaveLength(600), TIMEOUT);
    for (const key of keys) {
      const numbers = seen.numbers(key);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      const partitions = new Set(seen.messages.filter((one) => one.key === key).map(({ partition }) => partition));
      expect(partitions).toEqual(new Set([partitionOf(key, 6)]));
    }
  });

  it('keeps the order of each sender when two publish at the same time, and loses nothing', async () => {
    const senders = [await bench.open(), await bench.open()];
    const topic = await bench.newTopic(senders[0]!, 2);
    const seen = await bench.collect(senders[0]!, topic);
    await Promise.all(
      senders.map(async (sender, at) => {
        for (let n = 0; n < 20; n += 1)
          await sender.publish([message(topic, 'a', n * 2 + at), message(topic, 'b', n * 2 + at)]);
      }),
    );
    await vi.waitFor(() => expect(seen.messages).toHaveLength(80), TIMEOUT);
    for (const key of ['a', 'b']) {
      for (const at of [0, 1]) {
        const own = seen.numbers(key).filter((number) => number % 2 === at);
        expect(own).toEqual(Array.from({ length: 20 }, (_, n) => n * 2 + at));
      }
    }
  });

  it('never calls a handler twice at a time for one partition, and one call holds one partition', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker, 2);
    const seen = await bench.collect(broker, topic);
    for (let n = 0; n < 30; n += 1) await broker.publish([message(topic, `key-${n % 5}`, n)]);
    await vi.waitFor(() => expect(seen.messages).toHaveLength(30), TIMEOUT);
    expect(seen.overlaps).toBe(0);
    expect(seen.mixedBatches).toBe(0);
  });

  it('carries headers, keys and binary values unchanged', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker, 1);
    const seen = await bench.collect(broker, topic);
    const value = Buffer.from([0, 255, 128, 10, 0, 195, 40]);
    const headers = { ce_id: '1', 'content-type': 'application/json', ce_subject: 'Größe ✓ 🦊', empty: '' };
    await broker.publish([
      { topic, key: 'Schlüssel ✓ 🦊', headers, value },
      { topic, key: 'k', headers: {}, value: Buffer.alloc(0) },
    ]);
    await vi.waitFor(() => expect(seen.messages).toHaveLength(2), TIMEOUT);
    expect(seen.messages[0]).toEqual({
      topic,
      partition: 0,
      offset: expect.any(String) as string,
      key: 'Schlüssel ✓ 🦊',
      headers,
      value,
    });
    expect(seen.messages[1]).toMatchObject({ headers: {}, value: Buffer.alloc(0) });
  });

  it('delivers a tombstone and a message without a key', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker, 1);
    await bench.bus.inject(topic, { key: null, headers: { h: '1' }, value: null });
    const seen = await bench.collect(broker, topic);
    await vi.waitFor(() => expect(seen.messages).toHaveLength(1), TIMEOUT);
    expect(seen.messages[0]).toMatchObject({ topic, partition: 0, key: null, headers: { h: '1' }, value: null });
  });

  it('brings the same messages again after `retry` and after a throw, and lets none overtake them', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker, 1);
    const seen = await bench.collect(broker, topic);
    const answers: (() => 'ack' | 'retry')[] = [
      () => 'retry',
      () => {
        throw new Error('planned by the test');
      },
    ];
    seen.answer = () => (answers.shift() ?? (() => 'ack' as const))();
    await broker.publish([message(topic, 'a', 0), message(topic, 'b', 1)]);
    await vi.waitFor(() => expect(seen.calls.length).toBeGreaterThanOrEqual(1), TIMEOUT);
    await broker.publish([message(topic, 'a', 2)]);
    await vi.waitFor(() => expect(seen.acknowledged).toEqual([0, 1, 2]), TIMEOUT);
    expect(seen.calls.length).toBeGreaterThanOrEqual(3);
    for (const call of seen.calls.slice(0, 3)) expect(call.slice(0, 2).map(sequence)).toEqual([0, 1]);
  });

  it('waits longer and longer before it brings messages again that keep failing', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker, 1);
    const seen = await bench.collect(broker, topic);
    const times: number[] = [];
    seen.answer = () => {
      times.push(performance.now());
      return times.length < 6 ? 'retry' : 'ack';
    };
    await broker.publish([message(topic, 'a', 0)]);
    await vi.waitFor(() => expect(seen.acknowledged).toEqual([0]), TIMEOUT);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(500);
    expect(times.at(-1)! - times.at(-2)!).toBeGreaterThan(150);
  });

  it('goes on with other partitions while one keeps failing', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker, 4);
    const seen = await bench.collect(broker, topic);
    let failing: number | undefined;
    seen.answer = ([first]) => {
      failing ??= first!.partition;
      return first!.partition === failing ? 'retry' : 'ack';
    };
    const keys = Array.from({ length: 40 }, (_, n) => `key-${n}`);
    await broker.publish([message(topic, keys[0]!, 0)]);
    await vi.waitFor(() => expect(failing).toBeDefined(), TIMEOUT);
    await broker.publish(keys.slice(1).map((key, n) => message(topic, key, n + 1)));
    await vi.waitFor(() => expect(seen.acknowledgedPartitions.size).toBe(3), TIMEOUT);
    expect(seen.acknowledged).not.toContain(0);
    failing = -1;
    await vi.waitFor(() => expect(seen.acknowledged).toHaveLength(40), TIMEOUT);
  });
}
