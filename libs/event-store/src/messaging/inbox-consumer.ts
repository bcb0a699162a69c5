// The way in: every message becomes a row of the inbound log, or is kept aside with the reason, and only then the broker's offset moves.
import {
  failpoint,
  inSpan,
  messageOf,
  meter,
  spanAttributes as names,
  storeMetrics,
  UnavailableError,
  type SpanInit,
} from '../core/index.js';
import type { Broker, Consumer, ReceivedMessage } from './broker.js';
import type { InboundLog, InboundMessage, UnreadableMessage } from './inbound-log.js';
import type { IntegrationDecoder } from './integration-decoder.js';
import { readMessage, storable, type Refusal } from './read-message.js';

export interface InboxConsumerOptions {
  readonly broker: Broker;
  readonly inbound: InboundLog;
  readonly decoder: IntegrationDecoder;
  /** One per service: its replicas share the work. */
  readonly group: string;
  /** For logs and metrics; called after the batch is stored. */
  readonly onStored?: (counts: {
    stored: number;
    duplicates: number;
    unreadable: readonly UnreadableMessage[];
  }) => void;
  /** The batch could not be stored now and comes again. */
  readonly onRetry?: (error: unknown) => void;
}

/** What became of a batch; what is in neither had come before. */
interface Put {
  readonly stored: number;
  readonly unreadable: readonly UnreadableMessage[];
}

export class InboxConsumer {
  private starting: Promise<Consumer> | undefined;

  constructor(private readonly options: InboxConsumerOptions) {}

  /** Returns at once, whatever the broker's state. */
  async start(): Promise<void> {
    const { broker, group, decoder } = this.options;
    if (decoder.topics.length === 0) return;
    this.starting ??= broker.consume({ group, topics: decoder.topics, handler: (batch) => this.handle(batch) });
    const { starting } = this;
    try {
      await starting;
    } catch (error) {
      this.forget(starting);
      throw error;
    }
  }

  /** Finishes the batch in hand, also when the consumer is still joining its group. */
  async stop(): Promise<void> {
    const { starting } = this;
    if (!starting) return;
    const consumer = await starting.catch(() => undefined); // start has told its caller
    await consumer?.stop();
    this.forget(starting);
  }

  private forget(starting: Promise<Consumer>): void {
    if (this.starting === starting) this.starting = undefined;
  }

  private async handle(batch: readonly ReceivedMessage[]): Promise<'ack' | 'retry'> {
    try {
      await inSpan(
        () => this.receiveSpan(batch),
        () => this.store(batch),
      );
      failpoint('inbox.afterCommitBeforeOffset');
      return 'ack';
    } catch (error) {
      if (!(error instanceof UnavailableError) && (await this.storeOneByOne(batch))) return 'ack';
      this.options.onRetry?.(error);
      return 'retry';
    }
  }

  private receiveSpan(batch: readonly ReceivedMessage[]): SpanInit {
    const { broker, group } = this.options;
    const topic = batch[0]!.topic;
    return {
      name: `receive ${topic}`,
      kind: 'consumer',
      links: batch.map(({ headers }) => headers['traceparent']),
      attributes: {
        [names.messagingSystem]: broker.name,
        [names.messagingOperation]: 'receive',
        [names.messagingOperationName]: 'receive',
        [names.messagingDestination]: topic,
        [names.messagingConsumerGroup]: group,
        [names.messagingBatchSize]: batch.length,
      },
    };
  }

  /** One message that the log refuses for a reason nobody foresaw must not hold its partition: it is put aside, the others go on. */
  private async storeOneByOne(batch: readonly ReceivedMessage[]): Promise<boolean> {
    try {
      for (const message of batch) {
        try {
          await this.store([message]);
        } catch (error) {
          if (error instanceof UnavailableError) throw error;
          const refusal = { reasonCode: 'not-storable', detail: messageOf(error) };
          this.tell([message], await this.put([], [unreadable(message, refusal)]));
        }
      }
      return true;
    } catch {
      return false;
    }
  }

  private async store(batch: readonly ReceivedMessage[]): Promise<void> {
    const readable = new Map<string, { message: InboundMessage; received: ReceivedMessage }>();
    const aside: UnreadableMessage[] = [];
    for (const received of batch) {
      const message = readMessage(received, this.options.decoder);
      if ('reasonCode' in message) aside.push(unreadable(received, message));
      else {
        const known = readable.get(message.id);
        if (!known) readable.set(message.id, { message, received });
        else if (known.message.contentHash !== message.contentHash) aside.push(unreadable(received, REUSED));
      }
    }
    this.tell(batch, await this.put([...readable.values()], aside));
  }

  private tell(batch: readonly ReceivedMessage[], { stored, unreadable: aside }: Put): void {
    const topic = { messaging_destination_name: batch[0]!.topic };
    const copies = batch.length - stored - aside.length;
    meter()?.add(storeMetrics.messagesReceived, { ...topic, messaging_system: this.options.broker.name }, batch.length);
    if (copies > 0) meter()?.add(storeMetrics.inboxDuplicates, topic, copies);
    for (const { reasonCode: reason } of aside) meter()?.add(storeMetrics.inboxUnreadable, { ...topic, reason });
  }

  private async put(
    readable: readonly { message: InboundMessage; received: ReceivedMessage }[],
    aside: readonly UnreadableMessage[],
  ): Promise<Put> {
    const { inbound, onStored } = this.options;
    failpoint('inbox.beforeTx');
    const {
      stored,
      duplicates,
      reused: ids,
    } = await inbound.store(
      readable.map(({ message }) => message),
      aside,
    );
    const again = readable
      .filter(({ message }) => ids.includes(message.id))
      .map(({ received }) => unreadable(received, REUSED));
    if (again.length > 0) await inbound.store([], again);
    const put = { stored, unreadable: [...aside, ...again] };
    onStored?.({ ...put, duplicates });
    return put;
  }
}

/** Without the id, which may be any text: it is kept among the headers. */
const REUSED: Refusal = { reasonCode: 'id-reused', detail: 'Its id came before with another type, key or data.' };

/** Kept as it came, but for characters in key and headers that no text column takes. */
function unreadable(message: ReceivedMessage, { reasonCode, detail }: Refusal): UnreadableMessage {
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, text]) => [storable(name), storable(text)]),
  );
  return {
    message: { ...message, key: message.key && storable(message.key), headers },
    reasonCode,
    detail: storable(detail),
  };
}
