// I9 for the checkout: every order and payment as its events give it, and as a snapshot of any earlier version and the events after it do.
import { DataSource } from 'typeorm';
import { dataSourceConnection } from '@app/event-store';
import { Order } from '../../apps/order-service/src/domain/order.js';
import { Payment } from '../../apps/payment-service/src/domain/payment.js';
import { EventRegistry, systemClock } from '../../libs/event-store/src/core/index.js';
import {
  PostgresDatabase,
  PostgresEventStore,
  PostgresSubjectKeyStore,
} from '../../libs/event-store/src/postgres/index.js';
import { PersonalDataVault } from '../../libs/event-store/src/privacy/index.js';
import {
  checkSnapshots,
  readCopiesOfAnyVersion,
  type Violation,
} from '../../libs/event-store/src/testing/invariants/index.js';
import { keyWrapping } from '../system/master-key.js';
import type { ShopService } from './checkout-shape.js';

const contexts = [
  {
    service: 'order-service',
    copies: (streams: readonly string[], read: ReadStream) => readCopiesOfAnyVersion(Order, streams, read),
  },
  {
    service: 'payment-service',
    copies: (streams: readonly string[], read: ReadStream) => readCopiesOfAnyVersion(Payment, streams, read),
  },
] as const;

type ReadStream = Parameters<typeof readCopiesOfAnyVersion>[2];

export async function checkAggregates(databaseUrl: (name: ShopService) => string): Promise<Violation[]> {
  const found = contexts.map(async ({ service, copies }) => {
    const about = { url: databaseUrl(service), applicationName: 'invariant checker' };
    const dataSource = await new DataSource(dataSourceConnection(about)).initialize();
    const database = new PostgresDatabase({ ...about, dataSource });
    try {
      const store = PostgresSubjectKeyStore.beside(database);
      const registry = new EventRegistry(); // what is only read needs no classes
      const vault = new PersonalDataVault({ store, wrapping: keyWrapping(), registry, clock: systemClock });
      const events = new PostgresEventStore({ database });
      const rows = await dataSource.query<{ stream: string }[]>(`SELECT DISTINCT stream FROM event_store.events`);
      const streams = rows.map(({ stream }) => stream);
      const read: ReadStream = async (stream) => vault.open(await events.readStream(stream), () => stream);
      return checkSnapshots(service, await copies(streams, read));
    } finally {
      await database.close();
      await dataSource.destroy();
    }
  });
  return (await Promise.all(found)).flat();
}
