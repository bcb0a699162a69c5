import { describeContract } from '../../../test/support/contract.js';
import { orderEvents, OrderCancelledV1, OrderConfirmedV1, OrderPlacedV1, OrderShippedV1 } from './order.events.v1.js';

const order = '0198c0de-7a11-7000-8000-000000000001';
const payment = '0198c0de-7a11-7000-8000-000000000002';
const total = { amountMinor: 1999, currency: 'EUR' };

describeContract(orderEvents, 'shop.order.events.v1', [
  [
    new OrderPlacedV1(order, total),
    'shop.order.placed.v1',
    `{"orderId":"${order}","total":{"amountMinor":1999,"currency":"EUR"}}`,
  ],
  [new OrderConfirmedV1(order, payment), 'shop.order.confirmed.v1', `{"orderId":"${order}","paymentId":"${payment}"}`],
  [
    new OrderCancelledV1(order, 'card declined'),
    'shop.order.cancelled.v1',
    `{"orderId":"${order}","reason":"card declined"}`,
  ],
  [new OrderShippedV1(order, 'Post'), 'shop.order.shipped.v1', `{"orderId":"${order}","carrier":"Post"}`],
]);
