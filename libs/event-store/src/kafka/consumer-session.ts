// One life of a kafkajs consumer: joins, runs, and ends with a reason. It is never mended; kafka-consumer.ts begins the next one.
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { systemClock } from '../core/index.js';
import { settledWithin } from './deadline.js';
import type { KafkaAdmin } from './kafka-admin.js';
import { KafkaClient, RETRY } from './kafka-client.js';
import { reasonOf } from './kafka-errors.js';
import type { KafkaSettings } from './kafka-options.js';

export interface SessionOptions {
  readonly settings: KafkaSettings;
  readonly admin: KafkaAdmin;
  /** On the wire. */
  readonly groupId: string;
  /** On the wire. */
  readonly topics: readonly string[];
  readonly eachBatch: (payload: EachBatchPayload) => Promise<void>;
  /** Partitions were dealt. */
  readonly joined: () => void;
  /** Resolves when no handler is at work. */
  readonly idle: () => Promise<void>;
}

/** Of one partition in one fetch, compressed: unpacked it may be many times that, and all of it is held at once. A larger message comes alone. */
const FETCH_BYTES = 1024 * 1024;

/** Partitions of one member that are handled at the same time. */
const CONCURRENCY = 8;

/** How long it goes on through an outage as the same member before it is given up: about as long as the group waits for it. */
const RETRIES = 10;

/** What kafkajs grants the network when it joins, beyond the time of the group, in milliseconds. */
const JOIN_DELAY_MS = 5_000;

/** In milliseconds, for the commit of the last batch and the farewell. */
const LEAVE_MS = 5_000;

export class ConsumerSession {
  private readonly client: KafkaClient;
  private readonly consumer: Consumer;
  private lastSign = performance.now();

  constructor(private readonly options: SessionOptions) {
    const { settings, groupId } = options;
    const { sessionMs, heartbeatMs, rebalanceMs, pollMs } = settings.times;
    this.client = new KafkaClient(settings);
    this.consumer = this.client.kafka.consumer({
      groupId,
      sessionTimeout: sessionMs,
      heartbeatInterval: heartbeatMs,
      rebalanceTimeout: rebalanceMs,
      maxWaitTimeInMs: pollMs,
      maxBytesPerPartition: FETCH_BYTES,
      maxBytes: 4 * FETCH_BYTES,
      allowAutoTopicCreation: false,
      // It restarts itself after some errors and is silently dead after others (kafkajs #1441, #659, #1011): it shall after none.
      retry: { ...RETRY, retries: RETRIES, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  /** Until `signal` aborts, then resolves with nothing; or until it has failed, then with the reason. */
  async run(signal: AbortSignal): Promise<Error | undefined> {
    const over = new AbortController();
    const crashed = new Promise<Error>((resolve) => {
      this.consumer.on('consumer.crash', ({ payload }) => resolve(reasonOf(payload.error)));
    });
    const aborted = new Promise<undefined>((resolve) => {
      if (signal.aborted) resolve(undefined);
      signal.addEventListener('abort', () => resolve(undefined), { once: true, signal: over.signal });
    });
    this.listen();
    const started = this.start();
    const failed = new Promise<Error>((resolve) => void started.catch((error: unknown) => resolve(reasonOf(error))));
    const reason = await Promise.race([aborted, crashed, failed, this.silence(over.signal)]);
    over.abort();
    if (reason === undefined) await this.leave(started);
    this.client.end();
    return reason;
  }

  private async start(): Promise<void> {
    const { admin, topics, eachBatch } = this.options;
    const there = await admin.partitionsOf(topics);
    const missing = topics.find((topic) => !there.has(topic));
    if (missing !== undefined) throw new Error(`topic ${missing} does not exist`);
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: CONCURRENCY,
      eachBatch,
    });
  }

  /** Orderly where Kafka answers: after the batch in hand, with its offset, and the others need not wait for our time-out. */
  private async leave(started: Promise<void>): Promise<void> {
    const leaving = settledWithin(started, LEAVE_MS)
      .then(() => this.consumer.disconnect())
      .catch(() => undefined);
    await Promise.race([leaving, this.options.idle().then(() => settledWithin(leaving, LEAVE_MS))]);
  }

  private listen(): void {
    const { consumer } = this;
    const alive = (): void => void (this.lastSign = performance.now());
    consumer.on('consumer.group_join', () => {
      alive();
      this.options.joined();
    });
    for (const event of ['fetch_start', 'fetch', 'heartbeat', 'end_batch_process', 'rebalancing'] as const)
      consumer.on(`consumer.${event}`, alive);
  }

  /** kafkajs may lose itself without a word. */
  private async silence(over: AbortSignal): Promise<Error> {
    const { rebalanceMs, sessionMs } = this.options.settings.times;
    const limitMs = JOIN_DELAY_MS + rebalanceMs + sessionMs; // it waits for nothing longer; while a handler works it says that it lives
    while (!over.aborted) {
      await systemClock.sleep(1_000, over);
      if (performance.now() - this.lastSign > limitMs) return new Error(`it has done nothing for ${limitMs} ms`);
    }
    return new Error('it is over');
  }
}
