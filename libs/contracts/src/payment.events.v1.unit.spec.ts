import { describeContract } from '../../../test/support/contract.js';
import { PaymentCapturedV1, paymentEvents, PaymentFailedV1, PaymentRefundedV1 } from './payment.events.v1.js';

const order = '0198c0de-7a11-7000-8000-000000000001';
const payment = '0198c0de-7a11-7000-8000-000000000002';
const amount = { amountMinor: 1999, currency: 'EUR' };
const ids = `"orderId":"${order}","paymentId":"${payment}"`;
const money = '"amount":{"amountMinor":1999,"currency":"EUR"}';

describeContract(paymentEvents, 'shop.payment.events.v1', [
  [new PaymentCapturedV1(order, payment, amount), 'shop.payment.captured.v1', `{${ids},${money}}`],
  [new PaymentFailedV1(order, payment, 'card declined'), 'shop.payment.failed.v1', `{${ids},"reason":"card declined"}`],
  [
    new PaymentRefundedV1(order, payment, amount, 'order cancelled', 'refund-1'),
    'shop.payment.refunded.v1',
    `{${ids},${money},"reason":"order cancelled","refundId":"refund-1"}`,
  ],
]);
