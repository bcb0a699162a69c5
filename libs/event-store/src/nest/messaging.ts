// Brings the broker's side of a service up: topics, then the inbox. Tries again until it is up or the service ends, and says how it is.
import { Logger } from '@nestjs/common';
import { ConfigurationError, messageOf } from '../core/index.js';
import {
  DeadLetterMirror,
  InboxConsumer,
  setUpTopics,
  type BrokerHealth,
  type DeadLetter,
  type DeadLetterStatus,
  type IntegrationDecoder,
  type TopicLag,
  type TopicContract,
} from '../messaging/index.js';
import { nextDelayMs, type RetryPolicy } from '../subscriptions/index.js';
import { formatRef } from '../operations/index.js';
import { nestLogger } from './nest-logger.js';
import type { EventStoreRuntime } from './runtime.js';

const retryPolicy: RetryPolicy = { maxAttempts: Infinity, firstDelayMs: 500, maxDelayMs: 30_000 };

export interface MessagingOptions {
  readonly runtime: Pick<
    EventStoreRuntime,
    'broker' | 'inbound' | 'service' | 'clock' | 'ids' | 'logs' | 'deadLetters' | 'deadLetterTopic'
  >;
  readonly produced: readonly TopicContract[];
  readonly consumed: readonly TopicContract[];
  /** Of the topics consumed. */
  readonly decoder: IntegrationDecoder;
}

export class Messaging {
  private readonly logger = new Logger('EventStore');
  private readonly stopping = new AbortController();
  private readonly inbox: InboxConsumer;
  private readonly mirror: DeadLetterMirror | undefined;
  private running: Promise<void> = Promise.resolve();
  /** Public, so it names nothing. */
  private trouble: string | undefined = 'messaging is starting';

  constructor(private readonly options: MessagingOptions) {
    const { broker, inbound, service } = options.runtime;
    this.mirror = mirrorOf(options.runtime);
    this.inbox = new InboxConsumer({
      broker,
      inbound,
      decoder: options.decoder,
      group: service,
      onRetry: (error) => this.logger.warn(`Inbox: a batch could not be stored and comes again: ${messageOf(error)}`),
      onStored: ({ unreadable }) => {
        for (const { message, reasonCode, detail } of unreadable) {
          this.logger.error(
            `Inbox: message ${message.topic}/${message.partition}/${message.offset} set aside, ${reasonCode}: ${detail}`,
          );
        }
      },
    });
  }

  /** @throws UnavailableError */
  async consumerLag(): Promise<TopicLag[]> {
    const { runtime, decoder } = this.options;
    return decoder.topics.length === 0 ? [] : runtime.broker.lag(runtime.service, decoder.topics);
  }

  /** Returns at once, whatever the broker's state. */
  start(): void {
    this.running = this.run();
  }

  /** The broker's own trouble first, else what keeps topics and inbox from being up. */
  health(): BrokerHealth {
    const broker = this.options.runtime.broker.health();
    if (broker.status !== 'up' || this.trouble === undefined) return broker;
    return { status: 'degraded', detail: this.trouble };
  }

  /** Undefined where nothing is mirrored. */
  deadLetters(): DeadLetterStatus | undefined {
    return this.mirror?.status();
  }

  /** Begins no message any more and finishes those in hand. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.inbox.stop(), this.mirror?.stop()]);
  }

  /** After `stop`: resolves when nothing uses the broker any more. */
  ended(): Promise<void> {
    return this.running;
  }

  private async run(): Promise<void> {
    const { clock, ids } = this.options.runtime;
    const { signal } = this.stopping;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await this.attempt();
        if (!signal.aborted) this.trouble = undefined;
        return;
      } catch (error) {
        const reason = messageOf(error);
        if (error instanceof ConfigurationError) {
          this.trouble = 'messaging is stopped until the service starts anew; the log says why';
          return this.logger.error(`Messaging is stopped until the service starts anew: ${reason}`);
        }
        this.trouble = 'messaging could not be started and is being tried again; the log says why';
        const delayMs = nextDelayMs(retryPolicy, attempt, ids.random())!;
        this.logger.error(`Messaging could not be started and is tried again in ${delayMs} ms: ${reason}`);
        await clock.sleep(delayMs, signal);
      }
    }
  }

  private async attempt(): Promise<void> {
    const { runtime, produced, consumed } = this.options;
    const { broker, clock } = runtime;
    const { signal } = this.stopping;
    await broker.start();
    this.mirror?.start();
    const contracts = [...new Map([...produced, ...consumed].map((contract) => [contract.topic, contract])).values()];
    await setUpTopics({ broker, contracts, clock, signal });
    if (signal.aborted) return;
    await this.inbox.start();
    if (signal.aborted) await this.inbox.stop(); // the stop came while it was joining its group
  }
}

function mirrorOf({ deadLetterTopic: topic, deadLetters: store, ...runtime }: MessagingOptions['runtime']) {
  if (topic === undefined) return undefined;
  const refOf = (letter: DeadLetter): string =>
    letter.kind === 'unreadable'
      ? formatRef({ kind: 'unreadable', context: runtime.service, id: letter.id })
      : formatRef({
          kind: 'record',
          context: runtime.service,
          subscription: letter.message,
          position: letter.message.position,
        });
  return new DeadLetterMirror({ ...runtime, topic, store, refOf, logger: nestLogger('dead-letters') });
}
