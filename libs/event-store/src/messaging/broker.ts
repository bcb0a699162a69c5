// The broker port: small enough that Kafka, a PostgreSQL bus and memory all fit. Contract: testing/contracts/broker.contract.ts.

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
}

/** A message on its way out. Headers and value are exactly the bytes another context will see. */
export interface BrokerMessage {
  readonly topic: string;
  /** Messages of one key arrive in the order they were published. */
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
}

/** A message as it arrived: untrusted until the inbox consumer has read it. */
export interface ReceivedMessage {
  readonly topic: string;
  readonly partition: number;
  /** Place in the partition, as the broker counts. */
  readonly offset: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** null is a tombstone. */
  readonly value: Buffer | null;
}

export interface ConsumeOptions {
  /** Members of a group share the partitions. */
  readonly group: string;
  readonly topics: readonly string[];
  /**
   * Called with messages of one partition, in order, one call at a time per partition. `ack`: the offset moves past the batch, also
   * over messages the handler has parked itself. `retry`, or a throw: the same messages come again after a backoff. A broker may give
   * up a call that does not end (Kafka and PostgreSQL: after a minute) and bring its messages again: the handler must bear that.
   */
  readonly handler: (batch: readonly ReceivedMessage[]) => Promise<'ack' | 'retry'>;
}

export interface Consumer {
  /**
   * Finishes the batch in hand, saves its offset, leaves the group. Bounded (Kafka and PostgreSQL: ten seconds and a little more): a batch
   * whose handler hangs is left behind, and comes again.
   */
  stop(): Promise<void>;
}

export interface TopicLag {
  readonly topic: string;
  readonly messages: number;
}

export interface TopicDescription {
  readonly topic: string;
  /** 0: there is no such topic. */
  readonly partitions: number;
  /** Copies that the broker keeps of each message, of the partition with the fewest; 0 when there is no such topic. */
  readonly replicas: number;
}

export interface BrokerDescription {
  readonly topics: readonly TopicDescription[];
  /** Consumers of the group that are there now. */
  readonly members: number;
}

export interface BrokerHealth {
  readonly status: 'up' | 'degraded';
  readonly detail?: string;
}

// #region port
export interface Broker {
  readonly name: 'kafka' | 'postgres' | 'memory';
  /** Connects in the background: returns at once, whatever the broker's state. */
  start(): Promise<void>;
  /** Creates missing topics. @throws ConfigurationError when a topic has another partition count; @throws UnavailableError. */
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>;
  /**
   * Resolves once the broker has every message durably, but for those named with an error of their own (too large).
   * @throws UnavailableError the broker cannot be reached; some may have been sent: publish the same batch again.
   */
  publish(messages: readonly BrokerMessage[]): Promise<readonly { index: number; error: unknown }[]>;
  /**
   * Brokers keep messages for a time, read or not (Kafka: the topic's `retention.ms`; PostgreSQL: `retentionMs`, seven days unless set;
   * memory: for ever). A group that is away longer misses what has gone meanwhile, and a new group begins with what is still there.
   */
  consume(options: ConsumeOptions): Promise<Consumer>;
  /** Messages a group has not acknowledged yet, per topic. @throws UnavailableError */
  lag(group: string, topics: readonly string[]): Promise<TopicLag[]>;
  /** How topics and a group are, for operators; in the order of `topics`. Changes nothing. @throws UnavailableError */
  describe(group: string, topics: readonly string[]): Promise<BrokerDescription>;
  health(): BrokerHealth;
  /** After consumers are stopped. */
  close(): Promise<void>;
}
// #endregion port
