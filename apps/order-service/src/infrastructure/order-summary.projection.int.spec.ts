// The read model in rows: what each event does to it, on the tables of the migrations.
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { dataSourceConnection, erased, SubjectForgotten } from '@app/event-store';
import { eventsOf, givenProjection } from '@app/event-store/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/postgres.js';
import { OrderCancelled, OrderConfirmed, OrderPlaced, OrderShipped } from '../domain/order.events.js';
import { migrations } from './migrations/index.js';
import { OrderSummary } from './order-summary.entity.js';
import { OrderSummaryProjection } from './order-summary.projection.js';

const id = '0198c0de-0000-7000-8000-000000000001';
const otherId = '0198c0de-0000-7000-8000-000000000002';
const mug = { sku: 'mug', name: 'Mug', quantity: 2, unitPrice: { amountMinor: 890, currency: 'EUR' } };
const placed = new OrderPlaced('alice', [mug], { amountMinor: 1780, currency: 'EUR' }, 'ring twice');
const confirmed = new OrderConfirmed('pay-1');

describe('the order summary', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    const connection = dataSourceConnection({ url: database.url, applicationName: 'order-summary' });
    source = new DataSource({ ...connection, entities: [OrderSummary], migrations });
    await source.initialize();
    await source.runMigrations();
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it('has a row for an order that is placed', () =>
    givenProjection(OrderSummaryProjection, placed)
      .of(id)
      .in(source)
      .thenRows(OrderSummary, [
        {
          id,
          customerId: 'alice',
          status: 'placed',
          version: 1,
          lines: [mug],
          totalMinor: 1780,
          currency: 'EUR',
          note: 'ring twice',
          paymentId: null,
          carrier: null,
        },
      ]));

  it.each<[string, object[], Partial<OrderSummary>]>([
    ['confirmed', [confirmed], { status: 'confirmed', version: 2, paymentId: 'pay-1' }],
    ['cancelled', [new OrderCancelled('no', 'customer')], { status: 'cancelled', version: 2, cancelReason: 'no' }],
    [
      'shipped',
      [confirmed, new OrderShipped('DHL', '42')],
      { status: 'shipped', version: 3, paymentId: 'pay-1', carrier: 'DHL', trackingNumber: '42' },
    ],
  ])('follows an order that is %s', (_status, events, row) =>
    givenProjection(OrderSummaryProjection, placed, ...events)
      .of(id)
      .in(source)
      .thenRows(OrderSummary, [{ id, customerId: 'alice', ...row }]),
  );

  it('forgets what a customer wrote, and nothing of anybody else', () =>
    givenProjection(
      OrderSummaryProjection,
      eventsOf(`order-${id}`, placed, new OrderCancelled('I am moving', 'customer')),
      eventsOf(
        `order-${otherId}`,
        new OrderPlaced('bob', [mug], placed.total, 'ring once'),
        new OrderCancelled('no', 'customer'),
      ),
      eventsOf('subject-alice', new SubjectForgotten('alice')),
    )
      .in(source)
      .thenRows(OrderSummary, [
        { id, customerId: 'alice', status: 'cancelled', note: null, cancelReason: null },
        { id: otherId, customerId: 'bob', note: 'ring once', cancelReason: 'no' },
      ]));

  it('has no note where it was erased before the row was built', () =>
    givenProjection(OrderSummaryProjection, new OrderPlaced('alice', [mug], placed.total, erased))
      .of(id)
      .in(source)
      .thenRows(OrderSummary, [{ id, note: null }]));

  // #region rows
  it('keeps orders apart', () =>
    givenProjection(
      OrderSummaryProjection,
      eventsOf(`order-${id}`, placed),
      eventsOf(`order-${otherId}`, placed, confirmed),
    )
      .in(source)
      .thenRows(OrderSummary, [
        { id, status: 'placed', version: 1 },
        { id: otherId, status: 'confirmed', version: 2 },
      ]));
  // #endregion rows
});
