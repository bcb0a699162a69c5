// A broker of our own, whatever runs it: a Java process or a container.

/** One more way in. Whoever comes this way is sent on to the port of what stands in front of it, as of a fault proxy. Both on 127.0.0.1. */
export interface ProxiedListener {
  readonly port: number;
  readonly advertisedPort: number;
}

export interface LocalKafkaOptions {
  /** Made on first use, found again later. */
  readonly dataDir: string;
  /** Default: any free one. */
  readonly port?: number | undefined;
  /** Beside the port of its own. */
  readonly proxied?: readonly ProxiedListener[] | undefined;
  /** Whether the data are there for the next run; a Java process keeps them in `dataDir` either way. Default false. */
  readonly keepData?: boolean | undefined;
  /** What takes long, for people. */
  readonly log?: ((line: string) => void) | undefined;
}

export interface LocalKafka {
  /** `127.0.0.1:port`, the same after every start. */
  readonly brokers: readonly string[];
  /** What runs it, for people. */
  readonly how: string;
  /** What Kafka says. */
  readonly logFile: string | undefined;
  /** Of the Java process; undefined when it does not run, or runs in a container. */
  readonly pid: number | undefined;
  /** On the same data and port; returns once it serves. Does nothing when it runs. @throws Error with the end of its log. */
  start(): Promise<void>;
  /** Orderly; nothing of it is left running. Safe to repeat. */
  stop(): Promise<void>;
  /** As a power cut would. */
  kill9(): Promise<void>;
  /** It stays connected and answers nothing more, until it is resumed. */
  freeze(): Promise<void>;
  resume(): Promise<void>;
}
