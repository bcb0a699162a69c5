// The broker that needs nothing but PostgreSQL: a bus database of its own, read by settled position like every log here.
import { randomUUID } from 'node:crypto';
import { ConfigurationError, systemClock, UnavailableError, type Clock } from '../../core/index.js';
import { admit, partitionHash } from '../../messaging/index.js';
import type {
  Broker,
  BrokerDescription,
  BrokerHealth,
  BrokerMessage,
  ConsumeOptions,
  Consumer,
  TopicLag,
  TopicSpec,
} from '../../messaging/index.js';
import type { PoolFigure } from '../../operations/index.js';
import type { ConnectionOptions } from '../connections/connection-options.js';
import { sqlStateOf } from '../connections/sql-states.js';
import { PostgresSettledLog } from '../log/settled-log.js';
import { Waking } from '../log/waking.js';
import { BusConsumer, type BusTimes } from './bus-consumer.js';
import { BusDatabase } from './bus-database.js';
import { BUS_LOG, busTable, SettledMark } from './bus-log.js';
import { keepRetention } from './bus-retention.js';
import { countMembers } from './partition-leases.sql.js';
import { countLag, createTopics, insertMessages, readTopics } from './bus-messages.sql.js';

export interface PostgresBrokerOptions {
  /** Of the bus database, shared by all services. Its schema `bus` is made and migrated by whoever comes first. */
  readonly connection: ConnectionOptions;
  readonly clock?: Clock;
  /** Age in milliseconds at which a message is deleted, read or not; default 604,800,000: seven days. Infinity keeps all. */
  readonly retentionMs?: number;
  /** In milliseconds. */
  readonly times?: Partial<BusTimes>;
  /** Hears of what is being tried again. */
  readonly warn?: (message: string, error: unknown) => void;
}

const defaultTimes: BusTimes = {
  leaseMs: 10_000,
  beatMs: 1_000,
  pollMs: 1_000,
  maxBackoffMs: 5_000,
  handlerMs: 60_000,
  drainMs: 10_000,
};

/** Of values in one INSERT; a larger batch takes several, in order. */
const INSERT_BYTES = 8 * 1024 * 1024;

/** What the insert says of a message whose topic is not there. */
const NOT_NULL_VIOLATION = '23502';

const RETENTION_MS = 7 * 24 * 3_600_000;

/** How often an unreachable bus is looked for, in milliseconds. */
const PROBE_MS = 1_000;

export class PostgresBroker implements Broker {
  readonly name = 'postgres';
  private readonly database: BusDatabase;
  private readonly waking: Waking;
  private readonly log: PostgresSettledLog;
  private readonly mark: SettledMark;
  private readonly clock: Clock;
  private readonly knownTopics = new Set<string>();
  private readonly closing = new AbortController();
  private tending: Promise<unknown> | undefined;

  constructor(private readonly options: PostgresBrokerOptions) {
    const { connection, warn } = options;
    this.clock = options.clock ?? systemClock;
    this.database = new BusDatabase(connection);
    this.waking = new Waking({ connection, channel: 'bus', clock: this.clock, warn });
    this.log = new PostgresSettledLog({ connection, table: busTable, waking: this.waking, clock: this.clock });
    this.mark = new SettledMark(this.log);
  }

  start(): Promise<void> {
    const { database, clock } = this;
    const { retentionMs = RETENTION_MS, warn = () => undefined } = this.options;
    const { signal } = this.closing;
    this.tending ??= Promise.all([this.probe(), keepRetention({ database, clock, signal, retentionMs, warn })]);
    return Promise.resolve();
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    const names = topics.map(({ name }) => name);
    await this.database.query('create topics', createTopics, [names, topics.map(({ partitions }) => partitions)]);
    const found = new Map((await this.readTopics(names)).map(({ name, partitions }) => [name, partitions]));
    for (const { name, partitions } of topics) {
      if (found.get(name) === partitions) continue;
      throw new ConfigurationError(
        `Topic ${name} has ${found.get(name)} partitions and ${partitions} were asked for: another count would move keys and break their order.`,
      );
    }
  }

  async publish(messages: readonly BrokerMessage[]): Promise<readonly { index: number; error: unknown }[]> {
    await this.assertTopics(new Set(messages.map(({ topic }) => topic)));
    const { admitted, refused } = admit(messages);
    for (const portion of portions(admitted.map(({ message }) => message))) {
      await this.insert(portion);
      this.waking.signal(BUS_LOG);
    }
    return refused;
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    const { database, log, mark, clock } = this;
    const times = { ...defaultTimes, ...this.options.times };
    const warn = this.options.warn ?? (() => undefined);
    return new BusConsumer({ ...options, database, log, mark, clock, times, warn, member: randomUUID() });
  }

  /** How its connections are used, for metrics. */
  pools(): PoolFigure[] {
    return this.database.pools();
  }

  lag(group: string, topics: readonly string[]): Promise<TopicLag[]> {
    return this.database.query<{ topic: string; messages: number }>('count lag', countLag, [group, topics]);
  }

  async describe(group: string, topics: readonly string[]): Promise<BrokerDescription> {
    const found = new Map((await this.readTopics(topics)).map(({ name, partitions }) => [name, partitions]));
    const [row] = await this.database.query<{ members: number }>('count members', countMembers, [group]);
    return {
      topics: topics.map((topic) => ({
        topic,
        partitions: found.get(topic) ?? 0,
        replicas: found.has(topic) ? 1 : 0,
      })),
      members: row!.members,
    };
  }

  health(): BrokerHealth {
    const failure = this.database.failure ?? this.mark.failure;
    return failure === undefined ? { status: 'up' } : { status: 'degraded', detail: failure };
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.tending;
    await this.log.close();
    await this.waking.close();
    await this.database.close();
  }

  private async insert(portion: readonly BrokerMessage[]): Promise<void> {
    try {
      await this.database.query('insert messages', insertMessages, [
        portion.map(({ topic }) => topic),
        portion.map(({ key }) => partitionHash(key)),
        portion.map(({ key }) => key),
        portion.map(({ headers }) => JSON.stringify(headers)),
        portion.map(({ value }) => value),
      ]);
    } catch (error) {
      this.knownTopics.clear(); // the next attempt looks, and names the topic that is missing
      if (sqlStateOf(error) !== NOT_NULL_VIOLATION) throw error;
      throw new UnavailableError('A topic', new Error('the bus no longer has it, as after a restore'));
    }
  }

  /** Topics are never removed, so one that was there is there, unless the bus itself became another: see {@link insert}. */
  private async assertTopics(names: ReadonlySet<string>): Promise<void> {
    const unknown = [...names].filter((name) => !this.knownTopics.has(name));
    if (unknown.length === 0) return;
    for (const { name } of await this.readTopics(unknown)) this.knownTopics.add(name);
    const missing = unknown.find((name) => !this.knownTopics.has(name));
    if (missing !== undefined) throw new UnavailableError(`Topic ${missing}`, new Error('it has not been created yet'));
  }

  private readTopics(names: readonly string[]): Promise<{ name: string; partitions: number }[]> {
    return this.database.query('read topics', readTopics, [names]);
  }

  /** Finds the bus when the service starts before it, and again after an outage that nobody's work has noticed the end of. */
  private async probe(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      if (this.database.failure !== undefined) await this.database.query('probe', 'SELECT 1').catch(() => undefined);
      await this.clock.sleep(PROBE_MS, signal);
    }
  }
}

function portions(messages: readonly BrokerMessage[]): BrokerMessage[][] {
  const found: BrokerMessage[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    if (bytes + message.value.length > INSERT_BYTES) {
      found.push([]);
      bytes = 0;
    }
    found.at(-1)!.push(message);
    bytes += message.value.length;
  }
  return found;
}
