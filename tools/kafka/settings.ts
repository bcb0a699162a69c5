// How a local Kafka is set: one node that is broker and controller at once, small, quick to come back, and the same in a container.
import type { ProxiedListener } from './local-kafka.js';

export interface KafkaPlaces {
  /** Of the broker, on 127.0.0.1. */
  readonly port: number;
  /** Of the controller; nobody but the broker itself speaks to it. */
  readonly controllerPort: number;
  readonly dataDir: string;
  /** What the broker binds to; the address it gives out is always 127.0.0.1. */
  readonly bind?: string;
  /** Default none. */
  readonly proxied?: readonly ProxiedListener[] | undefined;
}

/** Names and values as in server.properties. */
export function kafkaSettings({
  port,
  controllerPort,
  dataDir,
  bind = '127.0.0.1',
  proxied = [],
}: KafkaPlaces): Record<string, string> {
  const ways = [
    { name: 'PLAINTEXT', port, advertisedPort: port },
    ...proxied.map((way, at) => ({ name: `PROXIED${at + 1}`, ...way })),
  ];
  const listening = ways.map((way) => `${way.name}://${bind}:${way.port}`);
  const protocols = ['CONTROLLER', ...ways.map(({ name }) => name)].map((name) => `${name}:PLAINTEXT`);
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: [...listening, `CONTROLLER://127.0.0.1:${controllerPort}`].join(','),
    'advertised.listeners': ways.map((way) => `${way.name}://127.0.0.1:${way.advertisedPort}`).join(','),
    'listener.security.protocol.map': protocols.join(','),
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': dataDir,
    // Whoever publishes says what topics there are; a typo must not make one.
    'auto.create.topics.enable': 'false',
    'default.replication.factor': '1',
    'min.insync.replicas': '1',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    // A killed broker is let in again once its old session has ended.
    'broker.heartbeat.interval.ms': '200',
    'broker.session.timeout.ms': '1000',
    'num.network.threads': '2',
    'num.io.threads': '2',
    'log.cleaner.dedupe.buffer.size': '4194304', // the default of 128 MB is half of the heap we give
    'log.index.size.max.bytes': '1048576',
  };
}

/** server.properties. */
export function asProperties(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');
}

/** What Kafka says on its standard output: warnings and errors. */
export const LOG4J = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d] %p %m (%c)%n%throwable{short.message}
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
`;
