// What the adapter can be told, what it assumes, and how names look on the wire.
import { ConfigurationError } from '../core/index.js';

/** Nest's Logger fits. Lines name topics, groups and brokers, never anything out of a message. */
export interface KafkaLog {
  debug(line: string): void;
  log(line: string): void;
  warn(line: string): void;
}

/** All in milliseconds. */
export interface KafkaTimes {
  /** A broker that has not taken the connection by then is away, default 3,000. */
  readonly connectMs: number;
  /** One request, default 5,000. A frozen broker is noticed by this. */
  readonly requestMs: number;
  /** One call of the port with all its retries, default 10,000. */
  readonly answerMs: number;
  /** How often Kafka is asked whether it is there, default 2,000; while it is away twice as often. */
  readonly probeMs: number;
  /**
   * How long a silent member keeps its partitions, default 6,000, the least that brokers accept unless they are told otherwise. After a
   * restart of the only broker a consumer waits this long for the member it was before.
   */
  readonly sessionMs: number;
  /** How often a member says that it lives, default 1,000. */
  readonly heartbeatMs: number;
  /**
   * How long the group waits for members to come back when partitions are dealt anew, default 10,000. kafkajs waits that long and five seconds more
   * for the answer to its joining, also for one that was lost with a broker that was killed or frozen.
   */
  readonly rebalanceMs: number;
  /** How long a fetch waits for messages, default 500. */
  readonly pollMs: number;
  /** A handler that has not answered by then is given up and its messages come again, default 60,000. */
  readonly handlerMs: number;
  /** How long a consumer that is being stopped waits for the batch in hand, default 10,000. What is not done by then comes again. */
  readonly drainMs: number;
  /** Longest pause after a failure, default 5,000; the first is 100. */
  readonly maxBackoffMs: number;
}

export interface KafkaSecurity {
  /** Connections are encrypted, and each broker has to show a certificate for its name. `ca`: PEM of whom to trust, default whom Node trusts. */
  readonly tls?: { readonly ca?: string | undefined } | undefined;
  /** Who we are. `plain` sends the password as it is: only with `tls`. */
  readonly sasl?: KafkaCredentials | undefined;
}

export interface KafkaCredentials {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export interface KafkaBrokerOptions {
  /** `host:port` of some brokers of the cluster. */
  readonly brokers: readonly string[];
  /** Shown in Kafka's own logs and metrics: the service's name. */
  readonly clientId: string;
  /** Put before every topic and group name on the wire, so that several systems can share a cluster. Default none. */
  readonly prefix?: string;
  /** Of topics that are created, default 1. From 3 on an acknowledged message is on two brokers at least. */
  readonly replicationFactor?: number;
  /** Age in milliseconds at which a message is deleted, read or not, of topics that are created; default 604,800,000: seven days. Infinity keeps all. */
  readonly retentionMs?: number;
  /** Default: unencrypted, and nobody asks who we are. */
  readonly security?: KafkaSecurity | undefined;
  readonly logger?: KafkaLog;
  readonly times?: Partial<KafkaTimes>;
}

const TIMES: KafkaTimes = {
  connectMs: 3_000,
  requestMs: 5_000,
  answerMs: 10_000,
  probeMs: 2_000,
  sessionMs: 6_000,
  heartbeatMs: 1_000,
  rebalanceMs: 10_000,
  pollMs: 500,
  handlerMs: 60_000,
  drainMs: 10_000,
  maxBackoffMs: 5_000,
};

const RETENTION_MS = 7 * 24 * 3_600_000;

const SILENT: KafkaLog = { debug: () => undefined, log: () => undefined, warn: () => undefined };

/** What Kafka allows in names of topics; we hold groups to it too. */
const NAME = /^[a-zA-Z0-9._-]*$/;

/** Options with nothing left open. */
export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly replicationFactor: number;
  readonly retentionMs: number;
  readonly security: KafkaSecurity;
  readonly log: KafkaLog;
  readonly times: KafkaTimes;
  /** A topic's or group's name on the wire. @throws ConfigurationError Kafka does not allow it. */
  wireName(name: string): string;
  /** A topic's name as the contracts know it. */
  ownName(wireName: string): string;
}

/** @throws ConfigurationError */
export function kafkaSettings(options: KafkaBrokerOptions): KafkaSettings {
  const { brokers, clientId, prefix = '', replicationFactor = 1, retentionMs = RETENTION_MS } = options;
  const wrong = brokers.find((broker) => !/^[^\s:,/]+:\d{1,5}$/.test(broker));
  if (brokers.length === 0 || wrong !== undefined) {
    throw new ConfigurationError(
      `Brokers of Kafka: expected host:port of at least one, got ${JSON.stringify(brokers)}.`,
    );
  }
  if (!NAME.test(prefix)) {
    throw new ConfigurationError(`Prefix ${JSON.stringify(prefix)}: expected letters, digits, '.', '_' and '-' only.`);
  }
  return {
    brokers,
    clientId,
    replicationFactor,
    retentionMs,
    security: options.security ?? {},
    log: options.logger ?? SILENT,
    times: { ...TIMES, ...options.times },
    wireName(name) {
      const whole = prefix + name;
      if (name !== '' && NAME.test(name) && whole.length <= 249) return whole;
      throw new ConfigurationError(
        `Kafka allows no topic or group ${JSON.stringify(whole)}: expected at most 249 letters, digits, '.', '_' and '-'.`,
      );
    },
    ownName: (wireName) => (wireName.startsWith(prefix) ? wireName.slice(prefix.length) : wireName),
  };
}
