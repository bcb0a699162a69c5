// The read model in rows: what each event does to it, on the tables of the migrations.
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { dataSourceConnection } from '@app/event-store';
import { givenProjection } from '@app/event-store/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/postgres.js';
import {
  PaymentCancelled,
  PaymentCaptured,
  PaymentFailed,
  PaymentRefunded,
  PaymentRequested,
} from '../domain/payment.events.js';
import { migrations } from './migrations/index.js';
import { PaymentSummary } from './payment-summary.entity.js';
import { PaymentSummaryProjection } from './payment-summary.projection.js';

const id = '0198c0de-0000-7000-8000-000000000001';
const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
const requested = new PaymentRequested(eur(1000));
const captured = new PaymentCaptured(eur(1000), 'gw-1');
const refunded = (amountMinor: number) => new PaymentRefunded(id, 'r', eur(amountMinor), 'broken', 'operator');

describe('the payment summary', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    const connection = dataSourceConnection({ url: database.url, applicationName: 'payment-summary' });
    source = new DataSource({ ...connection, entities: [PaymentSummary], migrations });
    await source.initialize();
    await source.runMigrations();
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it.each<[string, object[], Partial<PaymentSummary>]>([
    ['requested', [requested], { status: 'requested', version: 1, amountMinor: 1000, currency: 'EUR' }],
    ['captured', [requested, captured], { status: 'captured', version: 2, capturedMinor: 1000, gatewayRef: 'gw-1' }],
    ['failed', [requested, new PaymentFailed('declined')], { status: 'failed', failureReason: 'declined' }],
    ['partly refunded', [requested, captured, refunded(300)], { status: 'captured', refundedMinor: 300 }],
    ['refunded', [requested, captured, refunded(300), refunded(700)], { status: 'refunded', refundedMinor: 1000 }],
    ['cancelled first', [new PaymentCancelled('no')], { status: 'cancelled', cancelReason: 'no', amountMinor: null }],
    ['cancelled on the way', [requested, new PaymentCancelled('no')], { status: 'requested', cancelReason: 'no' }],
    [
      'cancelled first and then requested',
      [new PaymentCancelled('no'), requested, new PaymentFailed('the order was cancelled')],
      { status: 'failed', version: 3, amountMinor: 1000 },
    ],
  ])('shows a payment that is %s', (_status, events, row) =>
    givenProjection(PaymentSummaryProjection, ...events)
      .of(id)
      .in(source)
      .thenRows(PaymentSummary, [{ id, ...row }]),
  );
});
