// The broker of a system on one machine: a bus database on its own PostgreSQL, or Kafka, its own or one that is named.
import { join } from 'node:path';
import type { LocalKafka } from '../kafka/local-kafka.js';
import { isFree, sparePort } from '../kafka/ports.js';
import { findKafka, prepareOwnKafka } from '../kafka/source.js';
import { NoKafkaError } from '../kafka/toolchain.js';
import { layKafkaNetwork, type KafkaNetwork } from './kafka-network.js';
import type { ServiceName } from './services.js';

export const BROKERS = ['postgres', 'kafka'] as const;
export type BrokerName = (typeof BROKERS)[number];

/** @throws Error with one sentence for whoever typed it. */
export function parseBroker(text: string): BrokerName {
  const known = BROKERS.find((name) => name === text);
  if (known === undefined) throw new Error(`--broker ${text}: the brokers of this version are: ${BROKERS.join(', ')}.`);
  return known;
}

/** A Kafka that runs already. */
export interface KafkaAddress {
  readonly brokers: readonly string[];
  /** Put before every topic and group. */
  readonly prefix: string;
}

export interface KafkaOptions {
  /** Default: the one that KAFKA_BROKERS names with KAFKA_PREFIX, else one of the system's own. `own`: its own in any case. */
  readonly use?: KafkaAddress | 'own' | undefined;
  /** Instead of KAFKA_PREFIX on the Kafka that KAFKA_BROKERS names. */
  readonly prefix?: string | undefined;
  /** Of its own, when it is free. */
  readonly preferredPort?: number | undefined;
  /** Whether its data are for the next start. */
  readonly keepData?: boolean | undefined;
  /** Its port is chosen and it can be started, but the services come up before it. */
  readonly downAtStart?: boolean | undefined;
  /** Services that reach it through a proxy each; only for its own. Default none. */
  readonly proxied?: readonly ServiceName[] | undefined;
}

export interface SystemBroker {
  readonly name: BrokerName;
  /** Where it is, for people. */
  readonly where: string;
  /** On Kafka: where the topics are. */
  readonly topics: KafkaAddress | undefined;
  /** On a Kafka of the system's own: to be killed, frozen and started again. */
  readonly kafka: LocalKafka | undefined;
  /** Where there are proxies before it. */
  readonly network: KafkaNetwork | undefined;
  /** Safe to repeat. */
  close(): Promise<void>;
}

const NOTHING_OF_OURS = { kafka: undefined, network: undefined, close: () => Promise.resolve() } as const;
const POSTGRES: SystemBroker = { name: 'postgres', where: 'PostgreSQL', topics: undefined, ...NOTHING_OF_OURS };

/** Started, unless it is to be down. @throws NoKafkaError saying how to get one. */
export async function openBroker(
  name: BrokerName,
  dataDir: string,
  options: KafkaOptions,
  log: (line: string) => void,
): Promise<SystemBroker> {
  if (name === 'postgres') return POSTGRES;
  const given = await namedKafka(options);
  if (given) return { name, where: `Kafka ${at(given)}`, topics: given, ...NOTHING_OF_OURS };
  const { preferredPort, keepData, downAtStart, proxied } = options;
  const port = preferredPort !== undefined && (await isFree(preferredPort)) ? preferredPort : await sparePort();
  const network = proxied ? await layKafkaNetwork(proxied, [port]) : undefined;
  try {
    const kafka = await prepareOwnKafka({
      dataDir: join(dataDir, 'kafka'),
      port,
      proxied: network?.listeners,
      keepData,
      log,
    });
    if (!downAtStart) await kafka.start();
    const topics = { brokers: kafka.brokers, prefix: '' };
    const close = async (): Promise<void> => {
      await kafka.stop();
      await network?.close();
    };
    return { name, where: `Kafka ${at(topics)}`, topics, kafka, network, close };
  } catch (error) {
    await network?.close();
    throw error;
  }
}

async function namedKafka({ use, prefix }: KafkaOptions): Promise<KafkaAddress | undefined> {
  if (use === 'own') return undefined;
  if (use) return use;
  const source = await findKafka();
  if (source.kind === 'none') throw new NoKafkaError(source.why);
  if (source.kind !== 'given') return undefined;
  return { brokers: source.brokers, prefix: prefix ?? process.env['KAFKA_PREFIX'] ?? '' };
}

function at({ brokers, prefix }: KafkaAddress): string {
  return `at ${brokers.join(',')}${prefix === '' ? '' : `, topics and groups with prefix ${prefix}`}`;
}

/** What the service is told about it. */
export function brokerEnvironment(
  { name, topics, network }: SystemBroker,
  service: ServiceName,
  busUrl: string,
): Record<string, string> {
  if (!topics) return { MESSAGE_BROKER: name, BUS_DATABASE_URL: busUrl };
  const proxy = network?.proxyOf(service);
  const brokers = proxy ? [`127.0.0.1:${proxy.port}`] : topics.brokers;
  return { MESSAGE_BROKER: name, KAFKA_BROKERS: brokers.join(','), KAFKA_PREFIX: topics.prefix };
}
