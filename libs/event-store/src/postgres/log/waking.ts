// Tells readers that a log has grown: at once inside the process, by a coalesced NOTIFY where other processes listen. Only ever a hint: readers poll as well.
import { type Clock, type LogName, systemClock } from '../../core/index.js';
import type { ConnectionOptions } from '../connections/connection-options.js';
import { DedicatedConnection } from '../connections/dedicated-connection.js';
import { listensOn, Notifier } from './notifier.js';

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
  private readonly closing = new AbortController();
  private readonly notifier: Notifier | undefined;
  private listening: Promise<void> | undefined;
  private listener: DedicatedConnection | undefined;
  private listenerPid = 0;

  constructor(private readonly options: WakingOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.channel = options.channel ?? 'event_store';
    const { clock, channel } = this;
    const { connection, warn } = options;
    this.notifier =
      connection && new Notifier({ connection, channel, clock, warn, ownListener: () => this.listenerPid });
  }

  /** For writers, after the commit: wakes this process now and the others soon. Never throws. */
  signal(log: WakingTopic): void {
    this.wake(log);
    if (!this.closing.signal.aborted) this.notifier?.say(log);
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
    await this.notifier?.close();
    await this.listener?.close();
    await this.listening;
  }

  private wake(log: string): void {
    this.counts.set(log, (this.counts.get(log) ?? 0) + 1);
    for (const done of this.waiting.get(log) ?? []) done();
  }

  private async listen(options: ConnectionOptions): Promise<void> {
    const { signal } = this.closing;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      let listener: DedicatedConnection | undefined;
      try {
        listener = await DedicatedConnection.open(options, 'listen', 5_000);
        listener.onNotification((_channel, log, pid) => {
          if (!this.notifier!.isOwn(pid)) this.wake(log);
        });
        await listener.query({ text: `LISTEN "${this.channel.replaceAll('"', '""')}"` });
        const [row] = await listener.query(listensOn(this.channel));
        this.listenerPid = Number(row![0]);
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
