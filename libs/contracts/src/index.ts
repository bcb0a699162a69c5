// The face of the contracts: the integration events of all contexts, the only words they share.
export { IsId, IsLine, IsMoney, IsReference } from './fields.js';
// context: order
export { OrderCancelledV1, OrderConfirmedV1, orderEvents, OrderPlacedV1, OrderShippedV1 } from './order.events.v1.js';
// end context: order
// context: payment
export { PaymentCapturedV1, paymentEvents, PaymentFailedV1, PaymentRefundedV1 } from './payment.events.v1.js';
// end context: payment
// contexts end here
