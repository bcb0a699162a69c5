// Publishes what is parked to a dead-letter topic, for those who watch topics. A mirror: the parked record stays, and is what gets replayed. It looks
// for what is parked by itself, so parking never waits for it.
import {
  endsWithin,
  UnavailableError,
  type Clock,
  type IdGenerator,
  type LogName,
  type SettledLog,
} from '../core/index.js';
import { nextDelayMs, reasonOf, type Logger, type RetryPolicy } from '../subscriptions/index.js';
import type { Broker, BrokerMessage } from './broker.js';
import { deadLetterForms } from './dead-letter-message.js';
import type { ClaimedLetter, DeadLetter, DeadLetterStore } from './dead-letters.js';
import { HeldBackError } from './errors.js';

/** Between two looks, in milliseconds: whoever watches the topic is called some seconds after something was parked. */
const POLL_MS = 2_000;
/** How long the others leave a batch to its process, in milliseconds: longer than a broker takes to say that it cannot be reached. */
const CLAIM_MS = 60_000;
const LETTERS_AT_A_TIME = 50;
const DRAIN_MS = 5_000;
const retryPolicy: RetryPolicy = { maxAttempts: Infinity, firstDelayMs: 500, maxDelayMs: 5_000 };

export interface DeadLetterMirrorOptions {
  readonly topic: string;
  readonly service: string;
  readonly store: DeadLetterStore;
  readonly broker: Broker;
  readonly logs: Readonly<Record<LogName, SettledLog>>;
  /** What operators call it. */
  readonly refOf: (letter: DeadLetter) => string;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
}

/** For health and metrics, beside the statuses of subscriptions. */
export interface DeadLetterStatus {
  readonly name: 'dead-letters';
  readonly state: 'running' | 'backing-off';
  /** Parked and not yet on the topic, when last looked at. */
  readonly waiting: number;
  readonly lastError?: unknown;
}

export class DeadLetterMirror {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private hasTopic = false;
  private waiting = 0;
  private failures = 0;
  private lastError: unknown;

  constructor(private readonly options: DeadLetterMirrorOptions) {}

  start(): void {
    this.running ??= this.stopping.signal.aborted ? Promise.resolve() : this.run();
  }

  status(): DeadLetterStatus {
    const { waiting, lastError } = this;
    if (this.failures === 0) return { name: 'dead-letters', state: 'running', waiting };
    return { name: 'dead-letters', state: 'backing-off', waiting, lastError };
  }

  /** Resolves when the batch in hand is mirrored, or has taken too long: then it is mirrored again. Never rejects. */
  async stop(): Promise<void> {
    const { clock, logger } = this.options;
    this.stopping.abort();
    if (!this.running) return;
    if (!(await endsWithin(this.running, DRAIN_MS, clock)))
      logger.warn('A batch of dead letters was left behind while it drained.');
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const { clock, ids, logger, store, topic } = this.options;
    while (!signal.aborted) {
      try {
        const count = await this.mirrorBatch();
        if (this.failures > 0) logger.info(`Parked records are mirrored to ${topic} again.`);
        this.failures = 0;
        this.waiting = await store.waiting();
        if (count < LETTERS_AT_A_TIME) await clock.sleep(POLL_MS, signal);
      } catch (error) {
        const isNews = this.failures === 0 || reasonOf(error) !== reasonOf(this.lastError);
        this.failures += 1;
        this.lastError = error;
        this.waiting = await store.waiting().catch(() => this.waiting);
        if (isNews) {
          const level = error instanceof UnavailableError ? 'warn' : 'error';
          logger[level](`Parked records wait to be mirrored to ${topic}: ${reasonOf(error)}`);
        }
        await clock.sleep(nextDelayMs(retryPolicy, this.failures, ids.random())!, signal);
      }
    }
  }

  /** The mark follows the acknowledgement: what a crash comes between is mirrored again. */
  private async mirrorBatch(): Promise<number> {
    const { store } = this.options;
    await this.ensureTopic();
    const claimed = await store.claim(LETTERS_AT_A_TIME, CLAIM_MS);
    if (claimed.length === 0) return 0;
    const refused = await this.publish(await Promise.all(claimed.map((one) => this.formsOf(one))));
    await store.mirrored(claimed.filter((_, index) => !refused.has(index)));
    for (const error of refused.values()) throw error;
    return claimed.length;
  }

  /** One that is there stays as it is, however many partitions it has: other services may mirror to it, and its owner decides. */
  private async ensureTopic(): Promise<void> {
    if (this.hasTopic) return;
    const { broker, topic, service } = this.options;
    const { topics } = await broker.describe(service, [topic]);
    if (topics[0]!.partitions === 0) await broker.ensureTopics([{ name: topic, partitions: 1 }]);
    this.hasTopic = true;
  }

  private async formsOf(claimed: ClaimedLetter): Promise<readonly BrokerMessage[]> {
    const { topic, service, refOf, logs } = this.options;
    const { letter } = claimed;
    return deadLetterForms(claimed, { topic, service, ref: refOf(letter), record: await this.recordOf(letter, logs) });
  }

  /** As it is stored: what is encrypted stays so. */
  private async recordOf(letter: DeadLetter, logs: DeadLetterMirrorOptions['logs']) {
    if (letter.kind === 'unreadable') return undefined;
    const { log, position } = letter.message;
    return (logs[log].encrypted ?? logs[log]).readAt(position);
  }

  /** By their places, those whose plainest form the broker has refused too, and why. @throws UnavailableError */
  private async publish(letters: readonly (readonly BrokerMessage[])[]): Promise<ReadonlyMap<number, unknown>> {
    const refused = new Map<number, unknown>();
    let left = letters.map((forms, place) => ({ place, forms }));
    while (left.length > 0) {
      const answers = await this.options.broker.publish(left.map(({ forms }) => forms[0]!));
      left = answers.flatMap(({ index, error }) => {
        const { place, forms } = left[index]!;
        // Behind one of the same key, which comes in another form now.
        if (error instanceof HeldBackError) return [{ place, forms }];
        if (forms.length > 1) return [{ place, forms: forms.slice(1) }];
        refused.set(place, error);
        return [];
      });
    }
    return refused;
  }
}
