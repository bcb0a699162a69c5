// A published message is a promise: its type and its JSON stay what they were, and nothing else gets in.
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { eventDeclaration, EventRegistry, type Class } from '@app/event-store/core';
import { orderEvents, OrderCancelledV1, OrderConfirmedV1, OrderPlacedV1, OrderShippedV1 } from './order.events.v1.js';
import { PaymentCapturedV1, paymentEvents, PaymentFailedV1, PaymentRefundedV1 } from './payment.events.v1.js';

const order = '0198c0de-7a11-7000-8000-000000000001';
const payment = '0198c0de-7a11-7000-8000-000000000002';
const total = { amountMinor: 1999, currency: 'EUR' };
const strict = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true } as const;

/** Golden: what v1 looks like on the wire. A change here breaks every consumer; make a v2 instead. */
const golden: [object, string, string][] = [
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
  [
    new PaymentCapturedV1(order, payment, total),
    'shop.payment.captured.v1',
    `{"orderId":"${order}","paymentId":"${payment}","amount":{"amountMinor":1999,"currency":"EUR"}}`,
  ],
  [
    new PaymentFailedV1(order, payment, 'card declined'),
    'shop.payment.failed.v1',
    `{"orderId":"${order}","paymentId":"${payment}","reason":"card declined"}`,
  ],
  [
    new PaymentRefundedV1(order, payment, total, 'order cancelled', 'refund-1'),
    'shop.payment.refunded.v1',
    `{"orderId":"${order}","paymentId":"${payment}","amount":{"amountMinor":1999,"currency":"EUR"},"reason":"order cancelled","refundId":"refund-1"}`,
  ],
];

describe.each(golden)('%o', (event, type, json) => {
  const eventClass = event.constructor as new () => object;

  it(`is ${type} and looks on the wire as it always has`, () => {
    expect(eventDeclaration(eventClass)?.type).toBe(type);
    expect(JSON.stringify(event)).toBe(json);
  });

  it('is valid as it is made, and as an instance read from JSON by class-transformer or by the registry', () => {
    const transformed = plainToInstance(eventClass, JSON.parse(json));
    const decoded = new EventRegistry().register(eventClass).decode({ type, schemaVersion: 1, data: JSON.parse(json) });
    for (const instance of [event, transformed, decoded]) {
      expect(validateSync(instance, strict)).toEqual([]);
      expect(instance).toBeInstanceOf(eventClass);
      expect(instance).toEqual(event);
    }
  });

  it('misses no field without being refused, and takes no other', () => {
    for (const field of Object.keys(event)) {
      const { [field]: _gone, ...rest } = JSON.parse(json) as Record<string, unknown>;
      expect(validateSync(plainToInstance(eventClass, rest), strict).map((error) => error.property)).toEqual([field]);
    }
    const more = plainToInstance(eventClass, { ...JSON.parse(json), customerName: 'Alice' });
    expect(validateSync(more, strict).map((error) => error.property)).toEqual(['customerName']);
  });
});

describe('fields', () => {
  const refused = (message: Class, data: object) =>
    validateSync(plainToInstance(message as new () => object, data), strict).map((error) => error.property);

  it.each([
    { amountMinor: 1.5, currency: 'EUR' },
    { amountMinor: -1, currency: 'EUR' },
    { amountMinor: 2 ** 53, currency: 'EUR' },
    { amountMinor: '1', currency: 'EUR' },
    { amountMinor: 1, currency: 'eur' },
    { amountMinor: 1, currency: 'EUR', iban: 'DE00' },
    [1, 'EUR'],
    '1 EUR',
    null,
  ])('money is not %j', (amount) =>
    expect(refused(OrderPlacedV1, { orderId: order, total: amount })).toEqual(['total']),
  );

  it.each(['', 'two\nlines', 'x'.repeat(201), '\u0000', '\ud800', 7, null])('a line is not %j', (reason) =>
    expect(refused(OrderCancelledV1, { orderId: order, reason })).toEqual(['reason']),
  );

  it.each(['00000000-0000-0000-0000-000000000000', 'order-1', order.toUpperCase(), 7])('an id is not %j', (orderId) =>
    expect(refused(OrderCancelledV1, { orderId, reason: 'no' })).toEqual(['orderId']),
  );
});

describe('topics', () => {
  it('hold every message exactly once', () => {
    const onTopics = [...orderEvents.events, ...paymentEvents.events];
    expect(onTopics).toEqual(golden.map(([event]) => event.constructor));
    expect([orderEvents.topic, paymentEvents.topic]).toEqual(['shop.order.events.v1', 'shop.payment.events.v1']);
  });
});
