// The bench the broker contract works at: brokers opened and consumers started here are ended after each test.
import type { Broker } from '../../messaging/index.js';
import { Collector } from './broker.collector.js';

export interface BrokerTraits {
  /** How the bus can go away: `cut off`, `killed` … The second, where there is one, is that it stays connected and answers nothing. */
  readonly outages: readonly [string, ...string[]];
  /** Whether a foreign sender may leave keys and headers that are no text at all. Elsewhere the bus itself holds text only. */
  readonly foreignBytes: boolean;
}

/** As a sender that knows nothing of our rules may leave it. Buffers only where the bus takes foreign bytes. */
export interface ForeignMessage {
  readonly key: string | Buffer | null;
  readonly headers: Readonly<Record<string, string | Buffer | readonly (string | Buffer)[]>>;
  readonly value: Buffer | null;
}

export interface BrokerUnderTest {
  /** A broker as another process on the same bus would have; not started. The suite closes it. */
  open(): Broker;
  /** Puts a message into partition 0 past the port, as a foreign sender may. */
  inject(topic: string, raw: ForeignMessage): Promise<void>;
  /** The bus goes away in one of the ways it can, and comes back. */
  readonly outage: { begin(way: string): Promise<void>; end(way: string): Promise<void> };
  close(): Promise<void>;
}

/** For vi.waitFor. */
export const TIMEOUT = { timeout: 15_000, interval: 20 };

export class BrokerBench {
  constructor(readonly traits: BrokerTraits) {}

  private readonly opened: Broker[] = [];
  private readonly collectors: Collector[] = [];
  private topics = 0;

  /** Set before the first test. */
  bus: BrokerUnderTest;

  async open(): Promise<Broker> {
    const broker = this.bus.open();
    this.opened.push(broker);
    await broker.start();
    return broker;
  }

  topicName(): string {
    return `shop.test-${(this.topics += 1)}.events.v1`;
  }

  async newTopic(broker: Broker, partitions = 6): Promise<string> {
    const name = this.topicName();
    await broker.ensureTopics([{ name, partitions }]);
    return name;
  }

  async collect(broker: Broker, topic: string, group = 'group'): Promise<Collector> {
    const collector = new Collector();
    this.collectors.push(collector);
    await collector.start(broker, { group: `${group}-${topic}`, topic });
    return collector;
  }

  async clear(): Promise<void> {
    await Promise.all(this.collectors.splice(0).map((collector) => collector.stop()));
    await Promise.all(this.opened.splice(0).map((broker) => broker.close()));
  }
}
