// Tells readers that a log has grown: at once inside the process, by a coalesced NOTIFY across processes. Only ever a hint: readers poll as well.
import { type Clock, type LogName, systemClock } from '../core/index.js';
import type { ConnectionOptions } from './connection-options.js';
import { DedicatedConnection } from './dedicated-connection.js';

export interface WakingOptions {
  /** Without it signals stay inside the process. */
  readonly connection?: ConnectionOptions;
  /** Default `event_store`. */
  readonly channel?: string;
  readonly clock?: Clock;
  /** How often the listening connection must prove that it lives, in milliseconds, default 5,000. */
  readonly probeMs?: number;
  /** Hears of what went wrong: never thrown, because polling covers it. */
  readonly warn?: (message: string, error: unknown) => void;
}

/** A log that has grown, or timers that were scheduled. */
export type WakingTopic = LogName | 'timers';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

export class Waking {
  private readonly clock: Clock;
  private readonly channel: string;
  private readonly counts = new Map<string, number>();
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly toNotify = new Set<WakingTopic>();
  private readonly closing = new AbortController();
  private notifying: Promise<void> | undefined;
  private notifier: DedicatedConnection | undefined;
  private notifierPid = 0;
  private listening: Promise<void> | undefined;
  private listener: DedicatedConnection | undefined;

  constructor(private readonly options: WakingOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.channel = options.channel ?? 'event_store';
  }

  /** For writers, after the commit: wakes this process now and the others soon. Never throws. */
  signal(log: WakingTopic): void {
    this.wake(log);
    if (!this.options.connection || this.closing.signal.aborted) return;
    this.toNotify.add(log);
    this.notifying ??= this.notify().finally(() => (this.notifying = undefined));
  }

  /** Signals heard so far for `log`. */
  heard(log: WakingTopic): number {
    return this.counts.get(log) ?? 0;
  }

  /** Resolves when more than `heard` signals have come, after `maxWaitMs`, or when the signal aborts. Never rejects. */
  changed(log: WakingTopic, heard: number, maxWaitMs: number, signal: AbortSignal): Promise<void> {
    const { connection } = this.options;
    if (connection && !this.closing.signal.aborted) this.listening ??= this.listen(connection);
    if (this.heard(log) > heard || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.waiting.get(log) ?? new Set();
      this.waiting.set(log, waiting);
      const done = () => {
        cancel();
        signal.removeEventListener('abort', done);
        waiting.delete(done);
        resolve();
      };
      const cancel = this.clock.after(maxWaitMs, done);
      signal.addEventListener('abort', done, { once: true });
      waiting.add(done);
    });
  }

  /** Whether signals of other processes arrive; `local` when there is no connection to hear them on, or nobody has listened yet. */
  get status(): 'up' | 'down' | 'local' {
    if (!this.listening) return 'local';
    return this.listener && !this.listener.failure ? 'up' : 'down';
  }

  /** Sends what is still to be sent, wakes whoever waits. */
  async close(): Promise<void> {
    this.closing.abort();
    for (const log of this.waiting.keys()) this.wake(log);
    await this.notifying;
    await this.notifier?.close();
    await this.listener?.close();
    await this.listening;
  }

  private wake(log: string): void {
    this.counts.set(log, (this.counts.get(log) ?? 0) + 1);
    for (const done of this.waiting.get(log) ?? []) done();
  }

  /** One NOTIFY under way at a time; what is signalled meanwhile goes with the next. Its commit need not reach the disk. */
  private async notify(): Promise<void> {
    await Promise.resolve(); // appends that return in this turn share one
    while (this.toNotify.size > 0) {
      const logs = [...this.toNotify];
      this.toNotify.clear();
      try {
        this.notifier = this.notifier?.failure ? undefined : this.notifier;
        if (!this.notifier) {
          this.notifier = await DedicatedConnection.open(this.options.connection!, 'notify');
          const [row] = await this.notifier.query({
            text: `SELECT pg_backend_pid() FROM set_config('synchronous_commit', 'off', false)`,
          });
          this.notifierPid = Number(row![0]);
        }
        const text = 'SELECT pg_notify($1, log) FROM unnest(string_to_array($2, $3)) AS log';
        await this.notifier.query({ name: 'notify', text, values: [this.channel, logs.join(','), ','] });
      } catch (error) {
        this.options.warn?.(
          'Other processes were not woken; they will find the new records when they next look.',
          error,
        );
        void this.notifier?.close();
        this.notifier = undefined;
        return;
      }
    }
  }

  private async listen(options: ConnectionOptions): Promise<void> {
    const { signal } = this.closing;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      let listener: DedicatedConnection | undefined;
      try {
        listener = await DedicatedConnection.open(options, 'listen', 5_000);
        listener.onNotification((_channel, log, pid) => {
          if (pid !== this.notifierPid) this.wake(log);
        });
        await listener.query({ text: `LISTEN "${this.channel.replaceAll('"', '""')}"` });
        this.listener = listener;
        for (const log of this.waiting.keys()) this.wake(log); // whatever was said while nobody listened
        pause = FIRST_PAUSE_MS;
        await this.probe(listener);
      } catch (error) {
        if (!signal.aborted) this.options.warn?.('Not listening for other processes; polling goes on.', error);
      }
      await listener?.close();
      await this.clock.sleep(pause, signal);
    }
  }

  /** Listeners die silently; this one is asked. Returns on close, throws when it is dead. */
  private async probe(listener: DedicatedConnection): Promise<void> {
    const ended = new AbortController();
    listener.onEnd(() => ended.abort());
    const either = AbortSignal.any([ended.signal, this.closing.signal]);
    while (!this.closing.signal.aborted) {
      await listener.query({ text: 'SELECT 1' });
      await this.clock.sleep(this.options.probeMs ?? 5_000, either);
      if (listener.failure) throw listener.failure;
    }
  }
}
