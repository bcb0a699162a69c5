// The broker port on Kafka: what compose and production use. Outages are waited out in the background and told by health.
import { UnavailableError } from '../core/index.js';
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
import { describeKafka } from './describe.js';
import { groupLag } from './group-lag.js';
import { KafkaAdmin } from './kafka-admin.js';
import { KafkaConsumer } from './kafka-consumer.js';
import { kafkaSettings, type KafkaBrokerOptions, type KafkaSettings } from './kafka-options.js';
import { KafkaProducer } from './kafka-producer.js';
import { PublishingHealth } from './publishing-health.js';
import { ensureTopics } from './topics.js';

export class KafkaBroker implements Broker {
  readonly name = 'kafka';
  private readonly settings: KafkaSettings;
  private readonly admin: KafkaAdmin;
  private readonly producer: KafkaProducer;
  private readonly publishing = new PublishingHealth();
  private readonly consumers = new Set<KafkaConsumer>();
  private readonly knownTopics = new Set<string>();

  /** @throws ConfigurationError */
  constructor(options: KafkaBrokerOptions) {
    this.settings = kafkaSettings(options);
    this.admin = new KafkaAdmin(this.settings);
    this.producer = new KafkaProducer(this.settings);
  }

  start(): Promise<void> {
    this.admin.watch();
    return Promise.resolve();
  }

  ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    return ensureTopics(this.admin, this.settings, topics);
  }

  publish(messages: readonly BrokerMessage[]): Promise<readonly { index: number; error: unknown }[]> {
    return this.publishing.during(() => this.send(messages));
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    const { settings, admin } = this;
    const consumer = new KafkaConsumer({ ...options, settings, admin });
    this.consumers.add(consumer);
    return {
      stop: async () => {
        await consumer.stop();
        this.consumers.delete(consumer);
      },
    };
  }

  lag(group: string, topics: readonly string[]): Promise<TopicLag[]> {
    return groupLag(this.admin, this.settings, { group, topics });
  }

  describe(group: string, topics: readonly string[]): Promise<BrokerDescription> {
    return describeKafka(this.admin, this.settings, { group, topics });
  }

  health(): BrokerHealth {
    const troubles = [this.admin, this.publishing, ...this.consumers].map(({ failure }) => failure);
    const detail = troubles.find((failure) => failure !== undefined);
    return detail === undefined ? { status: 'up' } : { status: 'degraded', detail };
  }

  async close(): Promise<void> {
    await this.producer.close();
    await this.admin.close();
  }

  private async send(messages: readonly BrokerMessage[]): Promise<readonly { index: number; error: unknown }[]> {
    await this.assertTopics(new Set(messages.map(({ topic }) => topic)));
    const { admitted, refused } = admit(messages);
    try {
      return [...refused, ...(await this.producer.publish(admitted))].sort((a, b) => a.index - b.index);
    } catch (error) {
      this.knownTopics.clear(); // one of them may be gone: the next attempt looks, and names it
      throw error;
    }
  }

  private async assertTopics(names: ReadonlySet<string>): Promise<void> {
    const unknown = [...names].filter((name) => !this.knownTopics.has(name));
    if (unknown.length === 0) return;
    const found = await this.admin.partitionsOf(unknown.map((name) => this.settings.wireName(name)));
    for (const name of unknown) {
      if (!found.has(this.settings.wireName(name)))
        throw new UnavailableError(`Topic ${name}`, new Error('it has not been created yet'));
      this.knownTopics.add(name);
    }
  }
}
