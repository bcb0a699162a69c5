// Publishing: one send at a time (kafkajs inverts concurrent ones), in portions that brokers take, and never twice under one number.
import type { Message, Producer } from 'kafkajs';
import { UnavailableError } from '../core/index.js';
import { HeldBackError, placeOf, UnpublishableMessageError, type Admission } from '../messaging/index.js';
import { settledWithin, withDeadline } from './deadline.js';
import { KafkaClient, RETRY } from './kafka-client.js';
import { errorTypeOf, reasonOf } from './kafka-errors.js';
import type { KafkaSettings } from './kafka-options.js';
import { packing } from './packed-records.js';
import { partitioner } from './partitioner.js';
import { inPortions } from './portions.js';
import { PATIENCE, Turns } from './turns.js';
import { toWire } from './wire-messages.js';

type Numbered = Admission['admitted'][number];
type Refused = Admission['refused'][number];

/** In the form kafkajs takes, made once for all attempts; `bytes` on the wire. */
interface Outgoing extends Numbered {
  readonly wire: Message;
  readonly bytes: number;
}

interface Session {
  readonly client: KafkaClient;
  readonly producer: Producer;
  readonly connected: Promise<void>;
}

/** Said of a whole send when one of its messages cannot be stored. Everything else is a reason to wait and try again. */
const ABOUT_A_MESSAGE: readonly (string | undefined)[] = [
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
];

/** Smaller sends are not worth the work of packing and unpacking them: a message or two cost more of it than all else that is done with them. */
const COMPRESS_FROM_BYTES = 16 * 1024;

export class KafkaProducer {
  private session: Session | undefined;
  private readonly turns = new Turns();

  constructor(private readonly settings: KafkaSettings) {}

  /** Resolves with the messages that Kafka refused. @throws UnavailableError some may have been sent. */
  publish(messages: readonly Numbered[]): Promise<readonly Refused[]> {
    return this.turns.take(async () => {
      const refused: Refused[] = [];
      const held = new Set<string>();
      for (const portion of inPortions(outgoing(messages))) await this.send(portion, refused, held);
      return refused;
    }, PATIENCE * this.settings.times.answerMs);
  }

  async close(): Promise<void> {
    await this.turns.over();
    const { session } = this;
    if (!session) return;
    await settledWithin(session.producer.disconnect(), 1_000);
    this.discard(session);
  }

  /** Looks for the message that Kafka refuses by halves; its successors of the same key stay behind it. */
  private async send(portion: readonly Outgoing[], refused: Refused[], held: Set<string>): Promise<void> {
    const sending: Outgoing[] = [];
    for (const one of portion) {
      if (held.size > 0 && held.has(placeOf(one.message)))
        refused.push({ index: one.index, error: new HeldBackError(one.message.key) });
      else sending.push(one);
    }
    if (sending.length === 0) return;
    try {
      await this.attempt(sending);
    } catch (error) {
      if (!ABOUT_A_MESSAGE.includes(errorTypeOf(error))) throw new UnavailableError('Kafka', reasonOf(error));
      if (sending.length > 1) {
        const middle = Math.ceil(sending.length / 2);
        await this.send(sending.slice(0, middle), refused, held);
        return this.send(sending.slice(middle), refused, held);
      }
      held.add(placeOf(sending[0]!.message));
      refused.push({ index: sending[0]!.index, error: refusal(sending[0]!, reasonOf(error)) });
    }
  }

  private async attempt(messages: readonly Outgoing[]): Promise<void> {
    const session = (this.session ??= this.open());
    try {
      await withDeadline(
        session.connected.then(() =>
          session.producer.sendBatch({
            acks: -1,
            timeout: this.settings.times.requestMs,
            compression: isWorthPacking(messages) ? packing.gzip : packing.none,
            topicMessages: this.byTopic(messages),
          }),
        ),
        this.settings.times.answerMs,
      );
    } catch (error) {
      // Kafka may have stored some of it. kafkajs counts its sequence numbers back all the same, so the next send could bear numbers that
      // are taken, and Kafka would acknowledge it as a copy and drop it. A new producer has numbers of its own.
      this.discard(session);
      throw error;
    }
  }

  private byTopic(messages: readonly Outgoing[]) {
    const topics = new Map<string, Message[]>();
    for (const { message, wire } of messages) {
      const known = topics.get(message.topic);
      if (known) known.push(wire);
      else topics.set(message.topic, [wire]);
    }
    return [...topics].map(([topic, ofTopic]) => ({ topic: this.settings.wireName(topic), messages: ofTopic }));
  }

  private open(): Session {
    const client = new KafkaClient(this.settings);
    const producer = client.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: partitioner,
      retry: RETRY,
    });
    const connected = producer.connect();
    connected.catch(() => undefined); // whoever waits for it hears of it
    return { client, producer, connected };
  }

  private discard(session: Session): void {
    session.client.end();
    if (this.session === session) this.session = undefined;
  }
}

function* outgoing(messages: readonly Numbered[]): Generator<Outgoing> {
  for (const { index, message } of messages) yield { index, message, ...toWire(message) };
}

function isWorthPacking(messages: readonly Outgoing[]): boolean {
  let sum = 0;
  return messages.some(({ bytes }) => (sum += bytes) > COMPRESS_FROM_BYTES);
}

function refusal({ message, bytes }: Outgoing, reason: Error): UnpublishableMessageError {
  return new UnpublishableMessageError(
    `A message of ${bytes} bytes for topic ${message.topic}`,
    `Kafka refuses it (${reason.message}); see the topic's max.message.bytes`,
  );
}
