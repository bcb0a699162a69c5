// The order in sentences: every transition, every refusal.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Order } from './order.js';
import { OrderCancelled, OrderConfirmed, OrderPlaced, OrderShipped } from './order.events.js';
import type { OrderLine } from './order-line.js';

const id = '0198c0de-0000-7000-8000-000000000001';
const beans: OrderLine = {
  sku: 'coffee-beans',
  name: 'Beans',
  quantity: 2,
  unitPrice: { amountMinor: 1250, currency: 'EUR' },
};
const mug: OrderLine = { sku: 'mug', name: 'Mug', quantity: 1, unitPrice: { amountMinor: 890, currency: 'EUR' } };
const total = { amountMinor: 3390, currency: 'EUR' };

const placed = new OrderPlaced('alice', [beans, mug], total);
const confirmed = new OrderConfirmed('pay-1');
const cancelled = new OrderCancelled('changed my mind', 'customer');
const shipped = new OrderShipped('DHL', '42');

function given(...events: object[]): Order {
  const order = new Order(id);
  events.forEach((event, index) => order.apply({ aggregateId: id, version: index + 1, event }));
  return order;
}

/** What the decision raises on an order with this past. */
function raised(past: object[], decide: (order: Order) => void): readonly object[] {
  const order = given(...past);
  decide(order);
  return order.changes;
}

function refusalOf(order: Order, decide: (order: Order) => void): string {
  try {
    decide(order);
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name;
  }
  return 'accepted';
}

const refused = (past: object[], decide: (order: Order) => void) => refusalOf(given(...past), decide);

describe('an order that is placed', () => {
  it('remembers customer, lines and note, and what they cost together', () => {
    const events = raised([], (order) => order.place('alice', [beans, mug], '<b>ring twice</b>'));
    expect(events).toEqual([new OrderPlaced('alice', [beans, mug], total, '<b>ring twice</b>')]);
    expect(given(...events).state).toMatchObject({ status: 'placed', customerId: 'alice', total });
  });

  it.each([
    ['no lines', []],
    ['101 lines', Array.from({ length: 101 }, (_, n) => ({ ...mug, sku: `sku-${n}` }))],
    ['the same product twice', [beans, { ...beans, quantity: 1 }]],
    ['no pieces', [{ ...mug, quantity: 0 }]],
    ['half a piece', [{ ...mug, quantity: 1.5 }]],
    ['10,001 pieces', [{ ...mug, quantity: 10_001 }]],
  ])('is refused with %s', (_what, lines) => {
    expect(refused([], (order) => order.place('alice', lines))).toBe('order-lines-invalid');
  });

  it('is refused when its total is beyond 2^53 - 1 minor units', () => {
    const house = { ...mug, unitPrice: { amountMinor: Number.MAX_SAFE_INTEGER, currency: 'EUR' } };
    expect(raised([], (order) => order.place('alice', [house]))).toHaveLength(1);
    expect(refused([], (order) => order.place('alice', [{ ...house, quantity: 2 }]))).toBe('order-total-too-large');
    expect(refused([], (order) => order.place('alice', [house, beans]))).toBe('order-total-too-large');
  });

  it('is not placed a second time', () => {
    expect(refused([placed], (order) => order.place('alice', [beans]))).toBe('order-already-placed');
  });
});

describe('an order that is paid', () => {
  it('is confirmed', () => {
    expect(raised([placed], (order) => order.confirm('pay-1', total))).toEqual([confirmed]);
  });

  it('stays as it is when the same payment confirms it again', () => {
    expect(raised([placed, confirmed], (order) => order.confirm('pay-1', total))).toEqual([]);
    expect(raised([placed, confirmed, shipped], (order) => order.confirm('pay-1', total))).toEqual([]);
  });

  it('refuses another payment, and any payment once it is cancelled', () => {
    expect(refused([placed, confirmed], (order) => order.confirm('pay-2', total))).toBe('order-not-confirmable');
    expect(refused([placed, cancelled], (order) => order.confirm('pay-1', total))).toBe('order-not-confirmable');
    expect(refused([placed, confirmed, cancelled], (order) => order.confirm('pay-1', total))).toBe(
      'order-not-confirmable',
    );
  });

  it.each([
    ['less', { amountMinor: 3389, currency: 'EUR' }],
    ['another currency', { amountMinor: 3390, currency: 'USD' }],
  ])('raises the alarm and changes nothing when %s was paid', (_what, paid) => {
    const order = given(placed);
    expect(() => order.confirm('pay-1', paid)).toThrow(/Compare the two services/);
    expect(refused([placed], (same) => same.confirm('pay-1', paid))).toBe('PaidAmountDiffers');
    expect(order.changes).toEqual([]);
  });
});

describe('an order that is cancelled', () => {
  it.each([
    ['placed', [placed]],
    ['confirmed', [placed, confirmed]],
  ])('may have been %s', (_status, past) => {
    expect(raised(past, (order) => order.cancel('changed my mind', 'customer'))).toEqual([cancelled]);
  });

  it('keeps its first reason when it is cancelled twice', () => {
    const order = given(placed, cancelled);
    order.cancel('payment timed out', 'system');
    expect(order.changes).toEqual([]);
    expect(order.state.cancelReason).toBe('changed my mind');
  });

  it('cannot be one that was shipped', () => {
    expect(refused([placed, confirmed, shipped], (order) => order.cancel('too late', 'customer'))).toBe(
      'order-not-cancellable',
    );
  });
});

describe('an order that is shipped', () => {
  it('was confirmed before', () => {
    expect(raised([placed, confirmed], (order) => order.ship('DHL', '42'))).toEqual([shipped]);
    expect(refused([placed], (order) => order.ship('DHL', '42'))).toBe('order-not-shippable');
    expect(refused([placed, cancelled], (order) => order.ship('DHL', '42'))).toBe('order-not-shippable');
  });

  it('may be reported twice in the same words, and not in others', () => {
    const past = [placed, confirmed, shipped];
    expect(raised(past, (order) => order.ship('DHL', '42'))).toEqual([]);
    expect(refused(past, (order) => order.ship('DHL', '43'))).toBe('order-shipped-otherwise');
    expect(refused(past, (order) => order.ship('UPS', '42'))).toBe('order-shipped-otherwise');
  });
});

it('moves only along the legal ways, whatever is asked of it in whatever order', () => {
  const legal = new Set([
    'none placed',
    'placed confirmed',
    'placed cancelled',
    'confirmed shipped',
    'confirmed cancelled',
  ]);
  const asks: ((order: Order) => void)[] = [
    (order) => order.place('alice', [beans, mug]),
    (order) => order.confirm('pay-1', total),
    (order) => order.confirm('pay-2', total),
    (order) => order.cancel('no', 'customer'),
    (order) => order.ship('DHL', '42'),
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...asks), { maxLength: 12 }), (sequence) => {
      const order = new Order(id);
      for (const ask of sequence) {
        const before = order.state.status;
        const events = order.changes.length;
        refusalOf(order, ask);
        const { status } = order.state;
        expect([...legal, `${before} ${before}`]).toContain(`${before} ${status}`);
        expect(order.changes.length - events).toBe(status === before ? 0 : 1);
      }
      expect(given(...order.changes).state).toEqual(order.state);
    }),
  );
});
