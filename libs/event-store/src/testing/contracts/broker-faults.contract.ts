// Broker contract: what is refused.
import { expect, it, vi } from 'vitest';
import { ConfigurationError, UnavailableError } from '../../core/index.js';
import { HeldBackError, MAX_MESSAGE_BYTES, MessageTooLargeError } from '../../messaging/index.js';
import { message } from './broker.collector.js';
import { TIMEOUT, type BrokerBench } from './broker.bench.js';

export function describeFaults(bench: BrokerBench): void {
  it('creates topics once, whoever asks how often, and refuses another number of partitions [23]', async () => {
    const [one, other] = [await bench.open(), await bench.open()];
    const spec = { name: bench.topicName(), partitions: 3 };
    await Promise.all([one.ensureTopics([spec]), other.ensureTopics([spec]), one.ensureTopics([spec])]);
    await expect(one.ensureTopics([{ ...spec, partitions: 4 }])).rejects.toThrow(ConfigurationError);
    await one.ensureTopics([spec]);
  });

  it('sends nothing of a batch for a topic that is not there yet', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker, 1);
    const seen = await bench.collect(broker, topic);
    await expect(broker.publish([message(topic, 'a', 0), message(`${topic}-missing`, 'a', 1)])).rejects.toThrow(
      UnavailableError,
    );
    await broker.publish([message(topic, 'a', 2)]);
    await vi.waitFor(() => expect(seen.acknowledged).toEqual([2]), TIMEOUT);
  });

  it('names a message that is too large, holds back those of its key, and sends the others [10]', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker, 1);
    const seen = await bench.collect(broker, topic);
    const tooLarge = { ...message(topic, 'a', 1), value: Buffer.alloc(MAX_MESSAGE_BYTES + 1) };
    const refused = await broker.publish([
      message(topic, 'a', 0),
      tooLarge,
      message(topic, 'a', 2),
      message(topic, 'b', 3),
    ]);
    expect(refused).toEqual([
      { index: 1, error: expect.any(MessageTooLargeError) as Error },
      { index: 2, error: expect.any(HeldBackError) as Error },
    ]);
    await vi.waitFor(() => expect(seen.acknowledged).toEqual([0, 3]), TIMEOUT);
    expect(await broker.publish([])).toEqual([]);
  });
}
