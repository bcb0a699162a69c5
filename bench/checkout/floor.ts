// The least that could be done with the same parts: a message each way over the same Kafka, and the commits between and after them in the same PostgreSQL.
import { randomUUID } from 'node:crypto';
import { Partitioners, type Consumer, type Producer } from 'kafkajs';
import pg from 'pg';
import { KafkaBroker } from '../../libs/event-store/src/kafka/index.js';
import type { System } from '../../tools/system/system.js';
import { bareKafka } from '../relay/bare-producer.js';
import { steadily } from '../wake/steady.js';
import type { SteadyLoad } from './customers.js';

/** What the checkout commits one after the other once the order is placed, and nothing can go on before it is: */
const COMMITS = {
  betweenTheHops: ['inbound message', 'saga', 'payment.requested', 'ledger of the gateway', 'payment.captured'],
  after: ['inbound message', 'process', 'order.confirmed'],
} as const;

const TOPICS = ['bench.there.v1', 'bench.back.v1'] as const;
const PARTITIONS = 6;
const DATABASE = 'bench_floor';
/** As large as what the services say. */
const VALUE = JSON.stringify({
  orderId: randomUUID(),
  total: { amountMinor: 1780, currency: 'EUR' },
  filling: 'x'.repeat(200),
});

export class Floor {
  /** Whoever waits for a message, by its key. */
  private readonly awaited = new Map<string, () => void>();

  private constructor(
    private readonly producer: Producer,
    private readonly consumer: Consumer,
    private readonly pool: pg.Pool,
  ) {}

  static async open(system: System): Promise<Floor> {
    const { brokers } = system.broker.topics!;
    const kafka = bareKafka(brokers);
    const broker = new KafkaBroker({ brokers, clientId: 'floor' });
    await broker.ensureTopics(TOPICS.map((name) => ({ name, partitions: PARTITIONS })));
    await broker.close();
    await system.postgres.createDatabase(DATABASE);
    const pool = new pg.Pool({ connectionString: system.postgres.url(DATABASE), max: 10 });
    await pool.query('CREATE TABLE commits (id uuid PRIMARY KEY, data jsonb NOT NULL)');
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    const consumer = kafka.consumer({ groupId: 'floor' });
    const floor = new Floor(producer, consumer, pool);
    await producer.connect();
    await consumer.connect();
    await consumer.subscribe({ topics: [...TOPICS], fromBeginning: true });
    await floor.listen();
    return floor;
  }

  /** Milliseconds for each pair of hops with its commits. */
  async run({ perSecond, ms }: SteadyLoad): Promise<number[]> {
    const latencies: number[] = [];
    await steadily(perSecond, ms, async () => {
      const begun = performance.now();
      await this.hop(TOPICS[0]);
      for (const _ of COMMITS.betweenTheHops) await this.commit();
      await this.hop(TOPICS[1]);
      for (const _ of COMMITS.after) await this.commit();
      latencies.push(performance.now() - begun);
    });
    return latencies;
  }

  async close(): Promise<void> {
    await this.consumer.disconnect();
    await this.producer.disconnect();
    await this.pool.end();
  }

  private async listen(): Promise<void> {
    const joined = new Promise<void>((resolve) => this.consumer.on('consumer.group_join', () => resolve()));
    await this.consumer.run({
      partitionsConsumedConcurrently: PARTITIONS,
      eachMessage: ({ message }) => Promise.resolve(this.awaited.get(String(message.key))?.()),
    });
    await joined;
  }

  private async hop(topic: string): Promise<void> {
    const key = randomUUID();
    const arrived = new Promise<void>((resolve) => this.awaited.set(key, resolve));
    await this.producer.send({ topic, acks: -1, messages: [{ key, value: VALUE }] });
    await arrived;
    this.awaited.delete(key);
  }

  private async commit(): Promise<void> {
    await this.pool.query({
      name: 'commit',
      text: 'INSERT INTO commits (id, data) VALUES ($1, $2)',
      values: [randomUUID(), VALUE],
    });
  }
}
