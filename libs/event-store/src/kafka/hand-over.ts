// Between kafkajs and the handler: hands a partition's messages over one call at a time, commits what was acknowledged, and lets a
// partition rest whose messages must come again, while the others go on and the group knows that we live.
import type { EachBatchPayload } from 'kafkajs';
import { systemClock } from '../core/index.js';
import type { ConsumeOptions, ReceivedMessage } from '../messaging/index.js';
import { withDeadline } from './deadline.js';
import { errorTypeOf } from './kafka-errors.js';
import type { KafkaSettings } from './kafka-options.js';
import { fromWire } from './wire-messages.js';

export interface HandOverOptions {
  readonly settings: KafkaSettings;
  readonly handler: ConsumeOptions['handler'];
  /** Hears of a handler that threw or did not end. */
  readonly warn: (what: string, error: unknown) => void;
  /** Hears of every batch that is done. */
  readonly acknowledged: () => void;
}

/** In one call of the handler. */
const BATCH_MESSAGES = 500;

/** Tries to say what is done, when the connection to the coordinator breaks just then. */
const COMMIT_ATTEMPTS = 3;

/** Outlives the kafkajs consumer it serves: a partition gets no second call because its consumer was replaced meanwhile. */
export class HandOver {
  private readonly inHand = new Map<string, Promise<unknown>>();
  private readonly failures = new Map<string, number>();
  private readonly closing = new AbortController();

  constructor(private readonly options: HandOverOptions) {}

  /** Begins nothing more. Resolves when no call is in hand, or has been for too long: then its messages come again, to another member. */
  async close(): Promise<void> {
    this.closing.abort();
    const { drainMs } = this.options.settings.times;
    await withDeadline(Promise.all(this.inHand.values()), drainMs).catch((error: unknown) =>
      this.options.warn('finish the batch in hand before it was stopped', error),
    );
  }

  /** For `consumer.run`. Throws only what kafkajs should know: that the offset could not be committed. */
  async eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const place = { topic: this.options.settings.ownName(batch.topic), partition: batch.partition };
    const name = `${place.topic}/${place.partition}`;
    for (let at = 0; at < batch.messages.length; at += BATCH_MESSAGES) {
      if (this.closing.signal.aborted || !payload.isRunning() || payload.isStale()) return;
      const portion = batch.messages.slice(at, at + BATCH_MESSAGES);
      const messages = portion.map((message) => fromWire(message, place));
      const { outcome, leaving } = await this.beating(payload, () => this.inTurn(name, messages));
      if (outcome === 'retry') return this.rest(name, payload);
      this.failures.delete(name);
      const last = portion.at(-1)!.offset;
      const whole = last === batch.messages.at(-1)!.offset; // behind it there may be records that are not for us
      await this.commit(payload, BigInt(whole ? batch.lastOffset() : last) + 1n);
      payload.resolveOffset(last);
      this.options.acknowledged();
      if (leaving) return; // the group waits for us to join anew
    }
  }

  /** Where a call of an earlier consumer has not ended, it waits for that. */
  private async inTurn(name: string, messages: readonly ReceivedMessage[]): Promise<'ack' | 'retry'> {
    while (this.inHand.has(name)) await this.inHand.get(name);
    if (this.closing.signal.aborted) return 'retry';
    const call = this.call(messages);
    this.inHand.set(name, call);
    const outcome = await call;
    if (this.inHand.get(name) === call) this.inHand.delete(name);
    return outcome;
  }

  private async call(messages: readonly ReceivedMessage[]): Promise<'ack' | 'retry'> {
    try {
      return await withDeadline(this.options.handler(messages), this.options.settings.times.handlerMs);
    } catch (error) {
      this.options.warn('handle a batch, which comes again', error);
      return 'retry';
    }
  }

  /** Says that we live for as long as the work takes. `leaving`: the group is dealing partitions anew, or takes us for dead. */
  private async beating<T>(
    payload: EachBatchPayload,
    work: () => Promise<T>,
  ): Promise<{ outcome: T; leaving: boolean }> {
    const done = new AbortController();
    let leaving = false;
    const beat = async (): Promise<void> => {
      for (;;) {
        await systemClock.sleep(this.options.settings.times.heartbeatMs, done.signal);
        if (done.signal.aborted) return;
        await payload.heartbeat().catch((error: unknown) => (leaving ||= errorTypeOf(error) !== undefined));
      }
    };
    void beat();
    try {
      return { outcome: await work(), leaving };
    } finally {
      done.abort('done'); // without a reason it makes an error with a stack, each time
    }
  }

  /** Not `consumer.commitOffsets`: that one does nothing, and says nothing, once the consumer is stopping. */
  private async commit(payload: EachBatchPayload, offset: bigint): Promise<void> {
    const { topic, partition } = payload.batch;
    const topics = [{ topic, partitions: [{ partition, offset: String(offset) }] }];
    for (let attempt = 1; ; attempt += 1) {
      try {
        await payload.commitOffsetsIfNecessary({ topics });
        return;
      } catch (error) {
        if (attempt === COMMIT_ATTEMPTS || errorTypeOf(error) !== undefined) throw error;
        await systemClock.sleep(100 * attempt);
      }
    }
  }

  /** Nothing is resolved, so the same messages are fetched again once the partition goes on. */
  private rest(name: string, payload: EachBatchPayload): void {
    const failures = (this.failures.get(name) ?? 0) + 1;
    this.failures.set(name, failures);
    const resume = payload.pause();
    const restMs = Math.min(this.options.settings.times.maxBackoffMs, 100 * 2 ** Math.min(failures - 1, 20));
    void systemClock.sleep(restMs, this.closing.signal).then(resume);
  }
}
