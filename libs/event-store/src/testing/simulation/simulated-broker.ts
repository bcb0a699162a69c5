// The broker port of one simulated process: batches that arrive in part, late or without an answer, and messages that come again.
import { UnavailableError } from '../../core/index.js';
import {
  admit,
  type Broker,
  type BrokerDescription,
  type BrokerHealth,
  type BrokerMessage,
  type ConsumeOptions,
  type Consumer,
  type TopicLag,
  type TopicSpec,
} from '../../messaging/index.js';
import type { SimulatedBus } from './simulated-bus.js';
import { SimulatedConsumer } from './simulated-consumer.js';
import type { SimulatedProcess } from './simulated-process.js';

export class SimulatedBroker implements Broker {
  readonly name = 'memory';

  constructor(
    private readonly process: SimulatedProcess,
    private readonly bus: SimulatedBus,
  ) {}

  start(): Promise<void> {
    return Promise.resolve();
  }

  ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    return this.process.call('broker', 'ensureTopics', () => topics.forEach((topic) => this.bus.createTopic(topic)));
  }

  async publish(messages: readonly BrokerMessage[]): Promise<readonly { index: number; error: unknown }[]> {
    const { admitted, refused } = admit(messages);
    const { world } = this.process;
    const part = world.faults.happens('partialBatch') ? world.random.between(0, admitted.length - 1) : undefined;
    await this.process.call('broker', `publish ${admitted.length}`, () => {
      for (const { message } of admitted.slice(0, part)) {
        this.bus.append(message);
        this.process.tell(() => `publishes ${message.headers['ce_type']} of ${message.key}`);
      }
      this.bus.wake();
      if (part !== undefined) throw new UnavailableError('The broker', new Error(`only ${part} messages arrived`));
    });
    return refused;
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    const consumer = new SimulatedConsumer(this.process, this.bus, options);
    await this.process.call('broker', 'join', () => consumer.join());
    return consumer;
  }

  lag(group: string, topics: readonly string[]): Promise<TopicLag[]> {
    return this.process.call('broker', 'lag', () =>
      topics.map((topic) => ({ topic, messages: this.bus.lag(group, topic) })),
    );
  }

  describe(group: string, topics: readonly string[]): Promise<BrokerDescription> {
    return this.process.call('broker', 'describe', () => ({
      topics: topics.map((topic) => {
        const partitions = this.bus.topics.get(topic)?.length ?? 0;
        return { topic, partitions, replicas: Math.min(partitions, 1) };
      }),
      members: this.bus.memberCount(group),
    }));
  }

  health(): BrokerHealth {
    return { status: 'up' };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
