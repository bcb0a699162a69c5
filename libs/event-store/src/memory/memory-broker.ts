// The broker for tests and examples: everything a broker does, in one process. Give several of them one bus and they are several services.
import { systemClock, type Clock } from '../core/index.js';
import { admit } from '../messaging/index.js';
import type {
  Broker,
  BrokerDescription,
  BrokerHealth,
  BrokerMessage,
  ConsumeOptions,
  Consumer,
  TopicLag,
  TopicSpec,
} from '../messaging/index.js';
import { MemoryBus } from './memory-bus.js';

export class MemoryBroker implements Broker {
  readonly name = 'memory';
  readonly bus: MemoryBus;

  constructor({ bus, clock = systemClock }: { bus?: MemoryBus; clock?: Clock } = {}) {
    this.bus = bus ?? new MemoryBus(clock);
  }

  /** The test's switch: with `true` the broker cannot be reached, by anybody on the same bus. */
  unavailable(down: boolean): void {
    this.bus.unavailable = down;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    this.bus.assertAvailable();
    for (const topic of topics) this.bus.createTopic(topic);
  }

  async publish(messages: readonly BrokerMessage[]): Promise<readonly { index: number; error: unknown }[]> {
    this.bus.assertAvailable();
    const { admitted, refused } = admit(messages);
    for (const { topic } of messages) this.bus.assertTopic(topic); // all or none
    for (const { message } of admitted) this.bus.append(message);
    this.bus.wake();
    return refused;
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    const member = { ...options }; // its own identity: two consumers may be given the same options
    this.bus.join(member);
    return { stop: () => this.bus.leave(member) };
  }

  async lag(group: string, topics: readonly string[]): Promise<TopicLag[]> {
    this.bus.assertAvailable();
    return topics.map((topic) => this.bus.lag(group, topic));
  }

  async describe(group: string, topics: readonly string[]): Promise<BrokerDescription> {
    this.bus.assertAvailable();
    const described = topics.map((topic) => {
      const partitions = this.bus.partitionCount(topic);
      return { topic, partitions, replicas: Math.min(partitions, 1) };
    });
    return { topics: described, members: this.bus.memberCount(group) };
  }

  health(): BrokerHealth {
    return this.bus.unavailable ? { status: 'degraded', detail: 'switched off by the test' } : { status: 'up' };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
