// The sending half of waking: one NOTIFY under way at a time, and none while no other process listens.
import type { Clock } from '../../core/index.js';
import type { ConnectionOptions } from '../connections/connection-options.js';
import { DedicatedConnection, type Statement } from '../connections/dedicated-connection.js';

export interface NotifierOptions {
  readonly connection: ConnectionOptions;
  readonly channel: string;
  readonly clock: Clock;
  /** The backend that listens for this process, 0 while none does: it need not hear what this process says. */
  readonly ownListener: () => number;
  readonly warn?: (message: string, error: unknown) => void;
}

/** How long the last look at who listens is believed, in milliseconds. Whoever came since hears at the next look what was said meanwhile. */
const LOOK_AGAIN_MS = 1_000;
/** First key of the advisory lock that every listener shares; the second is the channel's hash. */
const LISTENERS = 1_702_062_190;

/** For a session that listens: held until its connection ends, however it ends. */
export function listensOn(channel: string): Statement {
  return {
    text: `SELECT pg_backend_pid() FROM pg_advisory_lock_shared($1, hashtext($2))`,
    values: [LISTENERS, channel],
  };
}

export class Notifier {
  private readonly topics = new Set<string>();
  private connection: DedicatedConnection | undefined;
  private sending: Promise<void> | undefined;
  private cancelLater: (() => void) | undefined;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private othersListen = false;
  private pid = 0;

  constructor(private readonly options: NotifierOptions) {}

  /** Soon; what is said meanwhile goes with the next. Never throws. */
  say(topic: string): void {
    this.topics.add(topic);
    if (this.othersListen || !this.hasJustLooked()) this.sendNow();
    else this.cancelLater ??= this.options.clock.after(LOOK_AGAIN_MS, () => this.sendNow());
  }

  /** Whether a notification came from here. */
  isOwn(pid: number): boolean {
    return pid === this.pid;
  }

  /** Says what is still to be said. */
  async close(): Promise<void> {
    if (this.topics.size > 0) this.sendNow();
    await this.sending;
    await this.connection?.close();
  }

  private sendNow(): void {
    this.cancelLater?.();
    this.cancelLater = undefined;
    this.sending ??= this.send().finally(() => (this.sending = undefined));
  }

  private async send(): Promise<void> {
    await Promise.resolve(); // appends that return in this turn share one
    while (this.topics.size > 0) {
      try {
        const send = await this.isHeard();
        const topics = [...this.topics].join(',');
        this.topics.clear();
        if (!send) continue;
        const text = 'SELECT pg_notify($1, topic) FROM unnest(string_to_array($2, $3)) AS topic';
        const connection = await this.open();
        await connection.query({ name: 'notify', text, values: [this.options.channel, topics, ','] });
      } catch (error) {
        this.options.warn?.(
          'Other processes were not woken; they will find the new records when they next look.',
          error,
        );
        this.topics.clear();
        void this.connection?.close();
        this.connection = undefined;
      }
    }
  }

  /** On two cores a NOTIFY after each append costs a sixth of them: too much for nobody. */
  private async isHeard(): Promise<boolean> {
    if (this.hasJustLooked()) return this.othersListen;
    const connection = await this.open();
    const listeners = await connection.query({
      name: 'listeners',
      text: `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::int AND objid = hashtext($2)::oid AND objsubid = 2
               AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> $3 LIMIT 1`,
      values: [LISTENERS, this.options.channel, this.options.ownListener()],
    });
    this.lookedAt = this.options.clock.now().getTime();
    this.othersListen = listeners.length > 0;
    return this.othersListen;
  }

  private hasJustLooked(): boolean {
    return Math.abs(this.options.clock.now().getTime() - this.lookedAt) < LOOK_AGAIN_MS;
  }

  private async open(): Promise<DedicatedConnection> {
    if (this.connection && !this.connection.failure) return this.connection;
    this.connection = await DedicatedConnection.open(this.options.connection, 'notify');
    // A lost signal is no loss. A queue that was full (54000) stays so for senders until somebody asks how full it is: that lets go of what
    // nobody waits for any more.
    const [row] = await this.connection.query({
      text: `SELECT pg_backend_pid(), pg_notification_queue_usage() FROM set_config('synchronous_commit', 'off', false)`,
    });
    this.pid = Number(row![0]);
    return this.connection;
  }
}
