// The broker as the doctor sees it: reached through the same port as the services, changed by nothing here.
import pg from 'pg';
import { KafkaBroker } from '../../libs/event-store/src/kafka/index.js';
import type { Broker, TopicContract } from '../../libs/event-store/src/messaging/index.js';
import type { BrokerToExamine } from '../../libs/event-store/src/operations/index.js';
import { placeOf } from '../../libs/event-store/src/postgres/operations/index.js';
import { PostgresBroker } from '../../libs/event-store/src/postgres/index.js';
import type { BrokerPlace } from './databases.js';
import { reasonOf } from './errors.js';

export interface KnownBroker {
  readonly of: (context: string, consumes: readonly TopicContract[]) => BrokerToExamine | undefined;
  close(): Promise<void>;
}

/** @throws ConfigurationError the address cannot be one. */
export function findBroker(place: BrokerPlace | undefined): KnownBroker | undefined {
  if (!place) return undefined;
  if (place.kind === 'kafka') {
    const { brokers, prefix } = place;
    const broker = new KafkaBroker({ brokers, clientId: 'es', prefix });
    return known(broker, brokers.join(', '), () => broker.close());
  }
  const { url } = place;
  const broker = new PostgresBroker({ connection: { url, applicationName: 'es', connectTimeoutMs: 5_000 } });
  const lag = async (group: string, topics: readonly string[]) => {
    await assertBus(url);
    return broker.lag(group, topics);
  };
  return known({ name: broker.name, lag }, placeOf(url), () => broker.close());
}

function known(broker: Pick<Broker, 'name' | 'lag'>, place: string, close: () => Promise<void>): KnownBroker {
  return {
    of: (group, consumes) => ({ broker, place, group, topics: consumes.map(({ topic }) => topic) }),
    close,
  };
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
