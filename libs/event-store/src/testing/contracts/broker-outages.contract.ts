// Broker contract: what an outage looks like, and that nothing is lost in one.
import { expect, it, vi } from 'vitest';
import { UnavailableError } from '../../core/index.js';
import type { Broker } from '../../messaging/index.js';
import { message, sequence } from './broker.collector.js';
import { TIMEOUT, type BrokerBench } from './broker.bench.js';

/** An outage with all its time-outs. */
const LONG = 60_000;
const KEYS = ['a', 'b', 'c', 'd', 'e'];
const PATIENT = { timeout: 40_000, interval: 20 };

export function describeOutages(bench: BrokerBench): void {
  const [usual] = bench.traits.outages;

  it('starts without the bus, says so, and works as soon as it is there', { timeout: LONG }, async () => {
    const topic = await bench.newTopic(await bench.open());
    await bench.bus.outage.begin(usual);
    const broker = await bench.open();
    const seen = await bench.collect(broker, topic);
    try {
      await expect(broker.publish([message(topic, 'a', 0)])).rejects.toThrow(UnavailableError);
      await expect(broker.ensureTopics([{ name: topic, partitions: 6 }])).rejects.toThrow(UnavailableError);
      await expect(broker.lag('group', [topic])).rejects.toThrow(UnavailableError);
      expect(broker.health().status).toBe('degraded');
      const before = performance.now();
      await (await bench.collect(broker, topic, 'leaving')).stop();
      expect(performance.now() - before).toBeLessThan(12_000);
    } finally {
      await bench.bus.outage.end(usual);
    }
    await vi.waitFor(async () => void (await broker.publish([message(topic, 'a', 1)])), PATIENT);
    await vi.waitFor(() => expect(seen.acknowledged).toContain(1), PATIENT);
    await vi.waitFor(() => expect(broker.health().status).toBe('up'), TIMEOUT);
  });

  it(
    'is well again within ten seconds after the bus is back, though nobody publishes any more [I14]',
    async () => {
      const broker = await bench.open();
      const topic = await bench.newTopic(broker);
      await broker.publish([message(topic, 'a', 0)]);
      await bench.bus.outage.begin(usual);
      try {
        await vi.waitFor(
          () => expect(broker.publish([message(topic, 'a', 1)])).rejects.toThrow(UnavailableError),
          PATIENT,
        );
        expect(broker.health().status).toBe('degraded');
      } finally {
        await bench.bus.outage.end(usual);
      }
      await vi.waitFor(() => expect(broker.health()).toEqual({ status: 'up' }), { timeout: 10_000, interval: 20 });
    },
    LONG,
  );

  it.each(bench.traits.outages)(
    'loses nothing and keeps the order of each key when the bus is %s while messages are published and consumed',
    { timeout: LONG },
    async (way) => {
      const broker = await bench.open();
      const topic = await bench.newTopic(broker, 3);
      const seen = await bench.collect(broker, topic);
      const publisher = publishOnAndOn(broker, topic);
      try {
        await vi.waitFor(() => expect(seen.acknowledged.length).toBeGreaterThan(100), TIMEOUT);
        await bench.bus.outage.begin(way);
        try {
          await vi.waitFor(() => expect(publisher.failures).not.toEqual([]), PATIENT);
          await vi.waitFor(() => expect(broker.health().status).toBe('degraded'), TIMEOUT);
        } finally {
          await bench.bus.outage.end(way);
        }
        const before = publisher.published;
        await vi.waitFor(() => expect(publisher.published).toBeGreaterThan(before + 100), PATIENT);
      } finally {
        await publisher.stop();
      }
      for (const error of publisher.failures) expect(error).toBeInstanceOf(UnavailableError);
      await vi.waitFor(() => expect(new Set(seen.acknowledged).size).toBe(publisher.published), PATIENT);
      for (const key of KEYS) {
        const firsts = [...new Set(seen.messages.filter((one) => one.key === key).map(sequence))];
        expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
      }
      await vi.waitFor(() => expect(broker.health().status).toBe('up'), TIMEOUT);
    },
  );

  const silent = bench.traits.outages[1] ?? usual;
  it(`stops its consumers and closes within seconds while the bus is ${silent}`, { timeout: LONG }, async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker, 1);
    const seen = await bench.collect(broker, topic);
    await broker.publish([message(topic, 'a', 0)]);
    await vi.waitFor(() => expect(seen.acknowledged).toEqual([0]), TIMEOUT);
    await bench.bus.outage.begin(silent);
    try {
      const before = performance.now();
      await seen.stop();
      await broker.close();
      expect(performance.now() - before).toBeLessThan(12_000);
    } finally {
      await bench.bus.outage.end(silent);
    }
  });
}

/** Numbers its messages from 0 on, and sends a batch again until it is taken, as a relay does. */
function publishOnAndOn(broker: Broker, topic: string) {
  const stopping = new AbortController();
  const progress = { published: 0, failures: [] as unknown[] };
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const batch = Array.from({ length: 20 }, (_, n) => message(topic, KEYS[n % 5]!, progress.published + n));
      try {
        progress.failures.push(...(await broker.publish(batch)).map(({ error }) => error));
        progress.published += batch.length;
      } catch (error) {
        progress.failures.push(error);
      }
      await new Promise((resolve) => setTimeout(resolve, 5)); // an outage in memory takes no time at all
    }
  })();
  return Object.assign(progress, {
    stop: async (): Promise<void> => {
      stopping.abort();
      await running;
    },
  });
}
