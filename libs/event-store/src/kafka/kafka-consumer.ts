// A member of a group for as long as the service wants it: whatever ends a kafkajs consumer, the next one begins after a pause.
import { systemClock } from '../core/index.js';
import type { ConsumeOptions, Consumer } from '../messaging/index.js';
import { ConsumerSession } from './consumer-session.js';
import { HandOver } from './hand-over.js';
import type { KafkaAdmin } from './kafka-admin.js';
import { reasonOf } from './kafka-errors.js';
import type { KafkaSettings } from './kafka-options.js';

export interface KafkaConsumerOptions extends ConsumeOptions {
  readonly settings: KafkaSettings;
  readonly admin: KafkaAdmin;
}

/** Of the pause between two consumers, in milliseconds: work waits on the other side of it. */
const MAX_PAUSE_MS = 2_000;

/** One that has joined may fail over the first thing it fetches; after this time it counts as sound, in milliseconds. */
const SOUND_AFTER_MS = 2_000;

/** How often what goes on failing is said again, in milliseconds. */
const REMIND_MS = 60_000;

export class KafkaConsumer implements Consumer {
  private readonly stopping = new AbortController();
  private readonly handOver: HandOver;
  private readonly running: Promise<void>;
  private readonly warned = new Map<string, number>();
  private readonly groupId: string;
  private readonly topics: readonly string[];
  private failures = 0;
  private joinedAt: number | undefined;

  /** @throws ConfigurationError a name that Kafka does not allow. */
  constructor(private readonly options: KafkaConsumerOptions) {
    const { settings, handler, group, topics } = options;
    this.groupId = settings.wireName(group);
    this.topics = topics.map((topic) => settings.wireName(topic));
    this.handOver = new HandOver({
      settings,
      handler,
      warn: (what, error) => this.warn(what, error),
      acknowledged: () => (this.joinedAt = -Infinity),
    });
    this.running = this.supervise();
  }

  /** What is wrong, fit for anybody's eyes. */
  get failure(): string | undefined {
    return this.failures > 1 && !this.isSound
      ? 'a consumer of Kafka could not work and is being started anew'
      : undefined;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.handOver.close();
    await this.running;
  }

  private async supervise(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const reason = await this.session().run(signal);
      if (reason === undefined) return;
      if (this.isSound) {
        this.failures = 0;
        this.warned.clear();
      }
      this.joinedAt = undefined;
      this.failures += 1;
      if (this.failures > 1 && !signal.aborted) this.warn('go on and is started anew', reason); // once is everyday: a coordinator moves
      await systemClock.sleep(Math.min(MAX_PAUSE_MS, 100 * 2 ** Math.min(this.failures, 20)), signal);
    }
  }

  /** It has done some work, or has lived for a while: joining alone proves nothing where every fetch fails. */
  private get isSound(): boolean {
    return this.joinedAt !== undefined && systemClock.now().getTime() - this.joinedAt > SOUND_AFTER_MS;
  }

  private session(): ConsumerSession {
    const { settings, admin } = this.options;
    return new ConsumerSession({
      settings,
      admin,
      groupId: this.groupId,
      topics: this.topics,
      eachBatch: (payload) => this.handOver.eachBatch(payload),
      idle: () => this.handOver.close(), // asked for when it is being stopped
      joined: () => {
        settings.log[this.failures > 1 ? 'log' : 'debug'](`Consumer group ${this.groupId}: joined.`);
        this.joinedAt ??= systemClock.now().getTime();
      },
    });
  }

  private warn(what: string, error: unknown): void {
    const now = systemClock.now().getTime();
    if (now - (this.warned.get(what) ?? 0) < REMIND_MS) return;
    this.warned.set(what, now);
    this.options.settings.log.warn(`Consumer group ${this.groupId} could not ${what}: ${reasonOf(error).message}`);
  }
}
