// Questions and orders to the cluster itself, one at a time and each with a deadline; between them it asks whether Kafka is still there.
import type { Admin, PartitionMetadata } from 'kafkajs';
import { EventStoreError, systemClock, UnavailableError } from '../core/index.js';
import { settledWithin, withDeadline } from './deadline.js';
import { KafkaClient } from './kafka-client.js';
import { errorTypeOf, isRefusal, reasonOf } from './kafka-errors.js';
import type { KafkaSettings } from './kafka-options.js';
import { PATIENCE, Turns } from './turns.js';

interface Session {
  readonly client: KafkaClient;
  readonly admin: Admin;
  readonly connected: Promise<void>;
}

/** Of one question, over about two seconds. */
const ATTEMPTS = 8;

/** How often what goes on failing is said again, in milliseconds. */
const REMIND_MS = 60_000;

export class KafkaAdmin {
  private session: Session | undefined;
  private readonly turns = new Turns(); // kafkajs keeps one picture of the topics per client: concurrent calls lose each other's
  private readonly closing = new AbortController();
  private watching: Promise<void> | undefined;
  private trouble: string | undefined = 'Kafka has not been reached yet';
  private readonly warned = new Map<string, number>();
  /** Asking for one topic is cheap, asking for all of them is not. */
  private landmark: string | undefined;

  constructor(private readonly settings: KafkaSettings) {}

  /** What is wrong, fit for anybody's eyes; undefined while Kafka answers. */
  get failure(): string | undefined {
    return this.trouble;
  }

  watch(): void {
    this.watching ??= this.keepLooking();
  }

  /** @throws UnavailableError when Kafka says no, or nothing; what is an EventStoreError already comes through. */
  run<T>(work: (admin: Admin) => Promise<T>, withinMs = this.settings.times.answerMs): Promise<T> {
    return this.turns.take(() => this.attempt(work, withinMs), PATIENCE * this.settings.times.answerMs);
  }

  /** How many partitions each topic has that is there. @throws UnavailableError */
  async partitionsOf(names: readonly string[]): Promise<Map<string, number>> {
    return this.run((admin) => this.readPartitions(admin, names));
  }

  /** The same, inside {@link run}. */
  async readPartitions(admin: Admin, names: readonly string[]): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const name of names) {
      const { length } = await this.readTopic(admin, name);
      if (length === 0) continue;
      found.set(name, length);
      this.landmark = name;
    }
    return found;
  }

  /** Its partitions, inside {@link run}; none when there is no such topic. */
  async readTopic(admin: Admin, name: string): Promise<readonly PartitionMetadata[]> {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
      return topics.find((topic) => topic.name === name)?.partitions ?? [];
    } catch (error) {
      if (errorTypeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return [];
      throw error;
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.watching;
    await this.turns.over();
    const { session } = this;
    if (!session) return;
    await settledWithin(session.admin.disconnect(), 1_000);
    this.discard(session);
  }

  private async attempt<T>(work: (admin: Admin) => Promise<T>, withinMs: number, again = false): Promise<T> {
    const session = (this.session ??= this.open());
    try {
      const result = await withDeadline(
        session.connected.then(() => this.patiently(() => work(session.admin))),
        withinMs,
      );
      this.reached();
      return result;
    } catch (error) {
      if (error instanceof EventStoreError) throw error;
      this.discard(session);
      const said = errorTypeOf(error);
      // A client that has once looked at a topic asks for it for ever, and after the topic has gone every question fails.
      if (said === 'UNKNOWN_TOPIC_OR_PARTITION' && !again) return this.attempt(work, withinMs, true);
      const reason = reasonOf(error);
      if (said !== undefined)
        this.reached(); // it says no, but it is there
      else this.trouble = isRefusal(reason) ? 'Kafka does not accept our credentials' : 'Kafka cannot be reached';
      this.warn(reason);
      throw new UnavailableError('Kafka', reason);
    }
  }

  /** Leaders and coordinators move, and new topics have none for a moment: Kafka says so, and asks to be asked again. */
  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        const { retriable } = reasonOf(error) as { retriable?: boolean };
        if (errorTypeOf(error) === undefined || retriable !== true || attempt === ATTEMPTS) throw error;
        await systemClock.sleep(50 * attempt);
      }
    }
  }

  private open(): Session {
    const client = new KafkaClient(this.settings);
    const admin = client.kafka.admin();
    const connected = admin.connect();
    connected.catch(() => undefined); // whoever waits for it hears of it
    return { client, admin, connected };
  }

  private discard(session: Session): void {
    session.client.end();
    if (this.session === session) this.session = undefined;
  }

  private async keepLooking(): Promise<void> {
    const { signal } = this.closing;
    const { probeMs, requestMs } = this.settings.times;
    while (!signal.aborted) {
      const { landmark } = this;
      const probe = async (admin: Admin): Promise<unknown> =>
        landmark === undefined ? admin.describeCluster() : this.readTopic(admin, landmark);
      await this.run(probe, Math.min(requestMs, 3_000)).catch(() => undefined);
      await systemClock.sleep(this.trouble === undefined ? probeMs : probeMs / 2, signal);
    }
  }

  private reached(): void {
    if (this.trouble === undefined) return;
    this.trouble = undefined;
    this.warned.clear();
    this.settings.log.log('Kafka is reached.');
  }

  private warn({ message }: Error): void {
    const now = systemClock.now().getTime();
    if (now - (this.warned.get(message) ?? 0) < REMIND_MS || this.closing.signal.aborted) return;
    this.warned.set(message, now);
    this.settings.log.warn(`Kafka at ${this.settings.brokers.join(', ')} does not do as it is asked: ${message}.`);
  }
}
