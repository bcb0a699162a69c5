// The compiled services, packed, on a PostgreSQL of their own, for tests of the whole.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShopClient } from '../../tools/demo/shop-client.js';
import { openProbe, type CheckoutProbe } from '../../tools/demo/probe.js';
import type { LocalKafka } from '../../tools/kafka/local-kafka.js';
import type { BrokerName, KafkaAddress } from '../../tools/system/broker.js';
import { NO_RATE_LIMITS } from '../../tools/system/no-rate-limits.js';
import { packedCommand, packOnce } from '../../tools/system/pack.js';
import type { ServiceName } from '../../tools/system/services.js';
import { startSystem, type System } from '../../tools/system/system.js';

export interface WholeSystem {
  readonly system: System;
  readonly shop: ShopClient;
  readonly probe: CheckoutProbe;
  /** When it is the system's own. */
  readonly kafka: LocalKafka | undefined;
  /** Logs lie in `logs/<service>.log` below it. */
  readonly dataDir: string;
  /** Stops everything and removes the data; the services' exit codes. Safe to repeat. */
  close(): Promise<Record<string, number | string>>;
}

/** How long requests are repeated while a service is down, in milliseconds: longer than a restart takes. */
const PATIENCE_MS = 60_000;

export interface WholeSystemOptions {
  /** Default `postgres`. */
  readonly broker?: BrokerName;
  /** The run's Kafka with a prefix (`kafkaForTests`); default: one of its own, to be killed and frozen. */
  readonly on?: KafkaAddress;
  /** The services come up first; the test starts Kafka. */
  readonly brokerDownAtStart?: boolean;
  /** How a service is run, asked at every start; default: the packed build of these sources. */
  readonly command?: (service: ServiceName) => readonly string[];
  /** Where PostgreSQL keeps its files; default: with everything else. */
  readonly databaseDir?: string | undefined;
}

/** A system on Kafka needs `canStartKafka()`, or `on`. */
export async function startWholeSystem(
  env: Readonly<Record<string, string>> = {},
  { broker = 'postgres', on, brokerDownAtStart = false, command = packedCommand, databaseDir }: WholeSystemOptions = {},
): Promise<WholeSystem> {
  await packOnce(() => undefined);
  const folder = await mkdtemp(join(tmpdir(), 'nest-es-system-'));
  await chmod(folder, 0o711); // the database may run as another user
  const removeFolder = (): Promise<void> =>
    rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  try {
    const kafka = { use: on ?? ('own' as const), downAtStart: brokerDownAtStart };
    const system = await startSystem({
      dataDir: folder,
      databaseDir,
      /** Read at each start: a test may have changed its own by then. */
      get env() {
        return { ...NO_RATE_LIMITS, ...env };
      },
      broker,
      kafka,
      command,
    });
    const probe = openProbe((name) => system.databaseUrl(name), system.broker.topics);
    const shop = new ShopClient({
      orders: () => system.running('order-service').url,
      payments: () => system.running('payment-service').url,
      customerToken: await system.token('alice', 'customer'),
      operatorToken: await system.token('olivia', 'operator'),
      patienceMs: PATIENCE_MS,
    });
    let closed: Promise<Record<string, number | string>> | undefined;
    const close = async (): Promise<Record<string, number | string>> => {
      await probe.close();
      const codes = await system.stop();
      await removeFolder();
      return codes;
    };
    return { system, shop, probe, kafka: system.broker.kafka, dataDir: folder, close: () => (closed ??= close()) };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
