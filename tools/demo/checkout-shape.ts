// The checkout as the invariant checker must know it. Written out, not imported from the services: a mapping that vanishes there is found here.
import type { ServiceShape } from '../../libs/event-store/src/testing/invariants/index.js';

/** The shop's own two, whatever other contexts run beside them. */
export const shopServices = ['order-service', 'payment-service'] as const;
export type ShopService = (typeof shopServices)[number];

export const ORDER_EVENTS = 'shop.order.events.v1';
export const PAYMENT_EVENTS = 'shop.payment.events.v1';

export const checkoutShapes: readonly ServiceShape[] = [
  {
    service: 'order-service',
    publishes: [
      {
        topic: ORDER_EVENTS,
        types: {
          'order.placed': 'shop.order.placed.v1',
          'order.confirmed': 'shop.order.confirmed.v1',
          'order.cancelled': 'shop.order.cancelled.v1',
          'order.shipped': 'shop.order.shipped.v1',
        },
      },
    ],
    consumes: [PAYMENT_EVENTS],
  },
  {
    service: 'payment-service',
    publishes: [
      {
        topic: PAYMENT_EVENTS,
        types: {
          'payment.captured': 'shop.payment.captured.v1',
          'payment.failed': 'shop.payment.failed.v1',
          'payment.refunded': 'shop.payment.refunded.v1',
        },
      },
    ],
    consumes: [ORDER_EVENTS],
    withoutDecision: ['SendRefund'], // asks the gateway; its ledger is checked instead (I7)
  },
];
