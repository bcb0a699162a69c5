// One member of a group at work: fetches settled messages of the partitions it holds, hands them over, saves how far it is.
import type { Clock, SettledLog } from '../../core/index.js';
import type { ConsumeOptions, Consumer, ReceivedMessage } from '../../messaging/index.js';
import type { BusDatabase } from './bus-database.js';
import type { SettledMark } from './bus-log.js';
import { callWithin } from '../../subscriptions/index.js';
import { fetchMessages } from './bus-messages.sql.js';
import { PartitionLeases, placeName, type Place } from './partition-leases.js';

export interface BusTimes {
  /** How long a silent member keeps its partitions, default 10,000. */
  readonly leaseMs: number;
  /** How often a member says that it lives and looks for its share, default 1,000. */
  readonly beatMs: number;
  /** How often it looks for messages although nobody called, default 1,000. */
  readonly pollMs: number;
  /** Longest pause after a failure, default 5,000; the first is 50. */
  readonly maxBackoffMs: number;
  /** A handler that has not answered by then is given up and its messages come again, default 60,000. */
  readonly handlerMs: number;
  /** How long a consumer that is being stopped waits for the batches in hand, default 10,000. What is not done by then comes again. */
  readonly drainMs: number;
}

export interface BusConsumerOptions extends ConsumeOptions {
  readonly database: BusDatabase;
  readonly log: SettledLog;
  readonly mark: SettledMark;
  readonly clock: Clock;
  readonly times: BusTimes;
  readonly member: string;
  readonly warn: (message: string, error: unknown) => void;
}

/** In one call of the handler. */
const BATCH_MESSAGES = 500;
const BATCH_BYTES = 4 * 1024 * 1024;

/** How often what goes on failing is said again, in milliseconds. */
const REMIND_MS = 60_000;

interface MessageRow extends Omit<ReceivedMessage, 'offset'> {
  readonly position: string;
}

export class BusConsumer implements Consumer {
  private readonly leases: PartitionLeases;
  private readonly stopping = new AbortController();
  /** Batches in hand by partition: the lease may change hands meanwhile, the partition still gets no second call. */
  private readonly inHand = new Map<string, Promise<void>>();
  private readonly failures = new Map<string, number>();
  private readonly resting = new Set<string>();
  private readonly running: Promise<unknown>;
  private seen = 0n;
  private rung = false;
  private waiting: AbortController | undefined;
  private stopped: Promise<void> | undefined;

  constructor(private readonly options: BusConsumerOptions) {
    const { database, group, member, topics, times } = options;
    const inHand = (place: string): boolean => this.inHand.has(place);
    this.leases = new PartitionLeases({ database, group, member, topics, ttlMs: times.leaseMs, inHand });
    this.running = Promise.all([
      this.repeat('keep its partitions', times.beatMs, () => this.beat()),
      this.repeat('fetch messages', 0, () => this.fetch()),
    ]);
  }

  stop(): Promise<void> {
    this.stopped ??= this.finish();
    return this.stopped;
  }

  private async finish(): Promise<void> {
    this.stopping.abort();
    this.ring();
    await this.running;
    const { clock, times } = this.options;
    const drain = { clock, what: 'The batch in hand', deadlineMs: times.drainMs };
    await callWithin(() => Promise.all(this.inHand.values()), drain).catch((error: unknown) =>
      this.warn('finish the batch in hand before it was stopped', error),
    );
    await this.leases.leave().catch((error: unknown) => this.warn('give its partitions back', error));
  }

  /** Never ends silently, and never because of an error. */
  private async repeat(what: string, everyMs: number, step: () => Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    for (let failures = 0, warnedAt = 0; !signal.aborted;) {
      try {
        await step();
        failures = 0;
        if (everyMs > 0) await this.options.clock.sleep(everyMs, signal);
      } catch (error) {
        failures += 1;
        const now = this.options.clock.now().getTime();
        if (failures === 1 || now - warnedAt >= REMIND_MS) {
          this.warn(what, error);
          warnedAt = now;
        }
        await this.options.clock.sleep(this.backoff(failures), signal);
      }
    }
  }

  private async beat(): Promise<void> {
    if (await this.leases.beat()) this.ring();
  }

  private async fetch(): Promise<void> {
    const { database, mark } = this.options;
    await this.somethingToDo();
    this.seen = await mark.advance();
    const idle = this.leases.places.filter((place) => this.isIdle(place));
    if (idle.length === 0 || this.stopping.signal.aborted) return;
    const rows = await database.query<MessageRow>('fetch messages', fetchMessages, [
      idle.map(({ topic }) => topic),
      idle.map(({ partition }) => partition),
      idle.map(({ position }) => String(position)),
      String(this.seen),
      BATCH_MESSAGES,
      BATCH_BYTES,
    ]);
    for (const place of idle) {
      const name = placeName(place);
      const batch = rows.filter((row) => placeName(row) === name);
      if (batch.length === 0 || !this.leases.places.includes(place)) continue; // lost while we were reading
      this.inHand.set(name, this.handOver(name, place, batch));
    }
  }

  /** Until messages may have come, the settled position has moved on, or a partition has become free. */
  private async somethingToDo(): Promise<void> {
    const { log, mark, times } = this.options;
    if (!this.rung && mark.position === this.seen) {
      this.waiting = new AbortController();
      await log.changed(times.pollMs, this.waiting.signal);
    }
    this.waiting = undefined;
    this.rung = false;
  }

  private async handOver(name: string, place: Place, batch: readonly MessageRow[]): Promise<void> {
    const outcome = await this.call(batch);
    if (outcome === 'ack') {
      this.failures.delete(name);
      await this.save(place, BigInt(batch.at(-1)!.position));
    } else this.rest(name);
    this.inHand.delete(name);
    this.ring();
  }

  private async call(batch: readonly MessageRow[]): Promise<'ack' | 'retry'> {
    const { handler, clock, times } = this.options;
    const messages = batch.map(({ position, ...message }) => ({ ...message, offset: position }));
    try {
      return await callWithin(() => handler(messages), { clock, what: 'The handler', deadlineMs: times.handlerMs });
    } catch (error) {
      this.warn('handle a batch, which comes again', error);
      return 'retry';
    }
  }

  /** The work is done: it is worth the patience to say so. What a stop or a lost lease prevents, the next owner does again. */
  private async save(place: Place, position: bigint): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      try {
        await this.leases.save(place, position);
        return;
      } catch (error) {
        if (failures === 1) this.warn('save its position', error);
        if (this.stopping.signal.aborted) return;
        await this.options.clock.sleep(this.backoff(failures), this.stopping.signal);
      }
    }
  }

  private rest(name: string): void {
    const failures = (this.failures.get(name) ?? 0) + 1;
    this.failures.set(name, failures);
    this.resting.add(name);
    this.options.clock.after(this.backoff(failures), () => {
      this.resting.delete(name);
      this.ring();
    });
  }

  private isIdle(place: Place): boolean {
    const name = placeName(place);
    return !place.leaving && !this.inHand.has(name) && !this.resting.has(name);
  }

  private backoff(failures: number): number {
    return Math.min(this.options.times.maxBackoffMs, 50 * 2 ** (failures - 1));
  }

  private ring(): void {
    this.rung = true;
    this.waiting?.abort();
  }

  private warn(what: string, error: unknown): void {
    this.options.warn(`Consumer group ${this.options.group} could not ${what}.`, error);
  }
}
