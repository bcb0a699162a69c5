// I8 for the checkout: the read models of both services beside what their events give when they are read again from the beginning.
import { DataSource } from 'typeorm';
import { dataSourceConnection } from '@app/event-store';
import { OrderSummary } from '../../apps/order-service/src/infrastructure/order-summary.entity.js';
import { OrderSummaryProjection } from '../../apps/order-service/src/infrastructure/order-summary.projection.js';
import { PaymentSummary } from '../../apps/payment-service/src/infrastructure/payment-summary.entity.js';
import { PaymentSummaryProjection } from '../../apps/payment-service/src/infrastructure/payment-summary.projection.js';
import type { ReadModelCopies } from '../../libs/event-store/src/testing/invariants/index.js';
import { openingRecords } from '../../libs/event-store/src/nest/operated-personal-data.js';
import { PostgresDatabase, PostgresSubjectKeyStore } from '../../libs/event-store/src/postgres/index.js';
import { shadowRebuild } from '../../libs/event-store/src/testing/postgres/shadow-rebuild.js';
import { keyWrapping } from '../system/master-key.js';
import type { ShopService } from './checkout-shape.js';

const readModels = [
  {
    service: 'order-service',
    entity: OrderSummary,
    projection: new OrderSummaryProjection(),
    tables: ['order_summary'],
  },
  {
    service: 'payment-service',
    entity: PaymentSummary,
    projection: new PaymentSummaryProjection(),
    tables: ['payment_summary'],
  },
] as const;

export function rebuildReadModels(databaseUrl: (name: ShopService) => string): Promise<ReadModelCopies[]> {
  return Promise.all(
    readModels.map(async ({ service, entity, projection, tables }) => {
      const about = { url: databaseUrl(service), applicationName: 'invariant checker' };
      const dataSource = await new DataSource({ ...dataSourceConnection(about), entities: [entity] }).initialize();
      try {
        const keys = PostgresSubjectKeyStore.beside(new PostgresDatabase({ ...about, dataSource }));
        return await shadowRebuild({
          service,
          dataSource,
          projection,
          tables,
          open: openingRecords(keys, keyWrapping()),
        });
      } finally {
        await dataSource.destroy();
      }
    }),
  );
}
