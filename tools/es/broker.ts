// The broker as the doctor sees it: reached through the same port as the services, changed by nothing here.
import pg from 'pg';
import { KafkaBroker } from '../../libs/event-store/src/kafka/index.js';
import type { Broker, TopicContract } from '../../libs/event-store/src/messaging/index.js';
import type { BrokerToExamine } from '../../libs/event-store/src/operations/index.js';
import { placeOf } from '../../libs/event-store/src/postgres/operations/index.js';
import { PostgresBroker } from '../../libs/event-store/src/postgres/index.js';
import type { BrokerPlace } from './databases.js';
import { reasonOf } from './errors.js';

export interface Topics {
  readonly consumes: readonly TopicContract[];
  readonly publishes: readonly TopicContract[];
}

export interface KnownBroker {
  readonly of: (context: string, topics: Topics) => BrokerToExamine;
  close(): Promise<void>;
}

/** @throws ConfigurationError the address cannot be one. */
export function findBroker(place: BrokerPlace | undefined): KnownBroker | undefined {
  if (!place) return undefined;
  if (place.kind === 'kafka') {
    const { brokers, prefix, security } = place;
    const broker = new KafkaBroker({ brokers, clientId: 'es', prefix, security });
    return known(broker, brokers.join(', '), () => broker.close());
  }
  const { url } = place;
  const broker = new PostgresBroker({ connection: { url, applicationName: 'es', connectTimeoutMs: 5_000 } });
  const looking: ExaminedBroker = {
    name: broker.name,
    lag: (group, topics) => assertBus(url).then(() => broker.lag(group, topics)),
    describe: (group, topics) => assertBus(url).then(() => broker.describe(group, topics)),
  };
  return known(looking, placeOf(url), () => broker.close());
}

type ExaminedBroker = Pick<Broker, 'name' | 'lag' | 'describe'>;

function known(broker: ExaminedBroker, place: string, close: () => Promise<void>): KnownBroker {
  return { of: (group, topics) => ({ broker, place, group, ...topics }), close };
}

/** The adapter makes the bus where it finds none; whoever only looks must not. */
async function assertBus(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ found: boolean }>(`SELECT to_regclass('bus.messages') IS NOT NULL AS found`);
    if (!rows[0]!.found) throw new Error('its database has no bus yet: no service has reached it.');
  } catch (error) {
    throw new Error(reasonOf(error).replace(/\.?$/, '.'), { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}
