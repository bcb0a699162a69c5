// A consumer that remembers what it was given, for the broker contract.
import type { Broker, BrokerMessage, Consumer, ReceivedMessage } from '../../messaging/index.js';

export class Collector {
  /** Every delivery, repeats included. */
  readonly messages: ReceivedMessage[] = [];
  readonly calls: (readonly ReceivedMessage[])[] = [];
  /** Numbers of the messages acknowledged. */
  readonly acknowledged: number[] = [];
  readonly acknowledgedPartitions = new Set<number>();
  /** Calls that began while another one of the same partition was running. */
  overlaps = 0;
  mixedBatches = 0;
  /** What the handler says, or throws. */
  answer: (batch: readonly ReceivedMessage[]) => 'ack' | 'retry' = () => 'ack';
  /** The handler waits for this before it answers. */
  pause: Promise<void> | undefined;
  onAcknowledged: (batch: readonly ReceivedMessage[]) => void = () => undefined;
  private readonly running = new Set<number>();
  private consumer: Consumer | undefined;

  async start(broker: Broker, { group, topic }: { group: string; topic: string }): Promise<void> {
    this.consumer = await broker.consume({ group, topics: [topic], handler: (batch) => this.handle(batch) });
  }

  /** Safe to repeat. */
  async stop(): Promise<void> {
    const { consumer } = this;
    this.consumer = undefined;
    await consumer?.stop();
  }

  /** Numbers of the messages of one key, as they came. */
  numbers(key: string): number[] {
    return this.messages.filter((one) => one.key === key).map(sequence);
  }

  private async handle(batch: readonly ReceivedMessage[]): Promise<'ack' | 'retry'> {
    const { partition } = batch[0]!;
    if (this.running.has(partition)) this.overlaps += 1;
    if (batch.some((one) => one.partition !== partition)) this.mixedBatches += 1;
    this.running.add(partition);
    try {
      this.calls.push(batch);
      this.messages.push(...batch);
      await (this.pause ?? new Promise((resolve) => setImmediate(resolve)));
      const answer = this.answer(batch);
      if (answer === 'ack') {
        this.acknowledged.push(...batch.map(sequence));
        this.acknowledgedPartitions.add(partition);
        this.onAcknowledged(batch);
      }
      return answer;
    } finally {
      this.running.delete(partition);
    }
  }
}

/** A small message that carries a number. */
export function message(topic: string, key: string, number: number): BrokerMessage {
  return { topic, key, headers: { number: String(number) }, value: Buffer.from(JSON.stringify({ number })) };
}

/** The number it carries. */
export function sequence({ headers }: ReceivedMessage): number {
  return Number(headers['number']);
}
