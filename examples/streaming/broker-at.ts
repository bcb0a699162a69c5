// The same port on either broker: nothing else in this example knows which one it is.
import { KafkaBroker } from '@app/event-store/kafka';
import type { Broker } from '@app/event-store/messaging';
import { PostgresBroker } from '@app/event-store/postgres';

export type BrokerPlace =
  | { readonly name: 'postgres'; readonly url: string }
  | { readonly name: 'kafka'; readonly brokers: readonly string[]; readonly prefix: string };

/** Shorter than a service's, so that a killed member is missed soon; in milliseconds. Kafka misses it after six seconds. */
const IMPATIENT = { leaseMs: 3_000, beatMs: 250, pollMs: 250 };

export function brokerAt(place: BrokerPlace, clientId: string): Broker {
  if (place.name === 'kafka') return new KafkaBroker({ brokers: place.brokers, prefix: place.prefix, clientId });
  return new PostgresBroker({ connection: { url: place.url, applicationName: clientId }, times: IMPATIENT });
}
