// What comes in with orders, and what is turned away at the door.
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { readAsOf } from './as-of.js';
import { CancelOrderDto, ShipOrderDto } from './change-order.dto.js';
import { orderCursor } from './order-cursor.js';
import { PlaceOrderDto } from './place-order.dto.js';
import { GetOrderQueryDto, ListOrdersQueryDto } from './read-orders.dto.js';

/** Paths of the fields that are refused, as the service's validation sees them. */
function wrong(dto: new () => object, body: unknown): string[] {
  const paths = (errors: ValidationError[], above = ''): string[] =>
    errors.flatMap(({ property, children }) =>
      children?.length ? paths(children, `${above}${property}.`) : [`${above}${property}`],
    );
  const options = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };
  return paths(validateSync(plainToInstance(dto, body as object), options));
}

const line = { sku: 'mug', quantity: 1 };
const order = (changes: object) => ({ lines: [line], ...changes });

describe('POST /orders', () => {
  it('takes lines, and a currency and a note where there is one', () => {
    expect(wrong(PlaceOrderDto, { lines: [line] })).toEqual([]);
    expect(
      wrong(PlaceOrderDto, { lines: [line, { sku: 'coffee-beans', quantity: 10_000 }], currency: 'USD', note: '' }),
    ).toEqual([]);
  });

  it('names the fields that are missing', () => {
    expect(wrong(PlaceOrderDto, {})).toEqual(['lines']);
    expect(wrong(PlaceOrderDto, { lines: [{}] })).toEqual(['lines.0.sku', 'lines.0.quantity']);
  });

  it.each([0, -1, 1.5, Infinity, Number.NaN, '1', 2 ** 53, 10_001, null, true, [1]])(
    'refuses the quantity %s',
    (quantity) => {
      expect(wrong(PlaceOrderDto, { lines: [{ ...line, quantity }] })).toEqual(['lines.0.quantity']);
    },
  );

  it.each([
    ['none', []],
    ['10,001', Array.from({ length: 10_001 }, (_, n) => ({ sku: `sku-${n}`, quantity: 1 }))],
    ['101', Array.from({ length: 101 }, (_, n) => ({ sku: `sku-${n}`, quantity: 1 }))],
    ['one product twice', [line, { ...line, quantity: 2 }]],
    ['text', 'mug'],
    ['an object', { 0: line }],
    ['numbers', [1]],
    ['nulls', [null]],
  ])('refuses lines: %s', (_what, lines) => {
    expect(wrong(PlaceOrderDto, { lines }).every((path) => path.startsWith('lines'))).toBe(true);
    expect(wrong(PlaceOrderDto, { lines })).not.toEqual([]);
  });

  it.each(['', 'x'.repeat(101), 1, null, {}])('refuses the sku %j', (sku) => {
    expect(wrong(PlaceOrderDto, { lines: [{ sku, quantity: 1 }] })).toEqual(['lines.0.sku']);
  });

  it.each(['eur', 'Eur', 'EURO', 'XXX', 'ABC', '💶', '', 978, null, ['EUR']])('refuses the currency %j', (currency) => {
    expect(wrong(PlaceOrderDto, order({ currency }))).toEqual(['currency']);
  });

  it.each(['status', 'ownerId', 'customerId', 'version', 'price', 'total', 'orderId'])(
    'refuses the field %s: it is ours',
    (field) => {
      expect(wrong(PlaceOrderDto, order({ [field]: 1 }))).toEqual([field]);
      expect(wrong(PlaceOrderDto, { lines: [{ ...line, [field]: 1 }] })).toEqual([`lines.0.${field}`]);
    },
  );

  it.each([
    `<script>alert(1)</script>`,
    `'; DROP TABLE orders;--`,
    '$1',
    '\u202Eevil',
    'two\nlines',
    ' ',
    '👩‍🚀'.repeat(20),
  ])('keeps the note %j as it is', (note) => {
    expect(wrong(PlaceOrderDto, order({ note }))).toEqual([]);
    expect(plainToInstance(PlaceOrderDto, order({ note })).note).toBe(note);
  });

  it.each(['x'.repeat(501), 1, null, {}, ['x']])('refuses a note that is too long or no text', (note) => {
    expect(wrong(PlaceOrderDto, order({ note }))).toEqual(['note']);
  });
});

describe('POST /orders/:id/cancel and /ship', () => {
  it.each(['', '   ', 'a\nb', 'a\u0007b', 'x'.repeat(201), 1, null, undefined, ['x']])(
    'refuses the reason %j',
    (reason) => {
      expect(wrong(CancelOrderDto, { reason })).toEqual(['reason']);
    },
  );

  it.each(['', '\t', 'x'.repeat(101), 1, null, undefined])('refuses the carrier and tracking number %j', (text) => {
    expect(wrong(ShipOrderDto, { carrier: text, trackingNumber: text })).toEqual(['carrier', 'trackingNumber']);
  });

  it('takes what people write on one line', () => {
    expect(wrong(CancelOrderDto, { reason: 'Ordered twice – désolé 🙇' })).toEqual([]);
    expect(wrong(ShipOrderDto, { carrier: 'DHL', trackingNumber: '42' })).toEqual([]);
  });
});

describe('GET /orders', () => {
  it.each(['0', '-1', '101', '1000000000', '1.5', '1e1', 'ten', '', ' 1', ['1', '2'], ['5'], {}])(
    'refuses the limit %j',
    (limit) => {
      expect(wrong(ListOrdersQueryDto, { limit })).toEqual(['limit']);
    },
  );

  it('takes a limit from 1 to 100 as text', () => {
    expect(wrong(ListOrdersQueryDto, { limit: '100' })).toEqual([]);
    expect(plainToInstance(ListOrdersQueryDto, { limit: '7' }).limit).toBe(7);
    expect(plainToInstance(ListOrdersQueryDto, {}).limit).toBeUndefined();
  });

  it('goes on from a cursor of its own and from nothing else', () => {
    const writeCursor = (place: bigint) => orderCursor.write(place);
    expect(orderCursor.read(writeCursor(42n))).toBe(42n);
    expect(wrong(ListOrdersQueryDto, { cursor: writeCursor(2n ** 53n), status: 'placed' })).toEqual([]);
    const forged = ['o1:0', 'o1:-1', 'o2:42', 'o1:42 OR 1=1', `o1:${'9'.repeat(30)}`].map((text) =>
      Buffer.from(text).toString('base64url'),
    );
    const others = ['', '42', 'garbage', '%00', `${writeCursor(42n)}=`, `${writeCursor(42n)} `, ...forged, ['x'], 1];
    expect(others.filter((cursor) => wrong(ListOrdersQueryDto, { cursor }).join() !== 'cursor')).toEqual([]);
  });

  it('refuses a status that does not exist', () => {
    expect(wrong(ListOrdersQueryDto, { status: 'none' })).toEqual(['status']);
    expect(wrong(ListOrdersQueryDto, { status: ['placed', 'shipped'] })).toEqual(['status']);
  });
});

describe('GET /orders/:id?asOf=', () => {
  it('takes a version or a time with its offset', () => {
    expect(readAsOf('3')).toBe(3);
    expect(readAsOf('2026-01-31T12:00:00.123Z')).toEqual(new Date('2026-01-31T12:00:00.123Z'));
    expect(readAsOf('2026-01-31T12:00+01:00')).toEqual(new Date('2026-01-31T11:00:00Z'));
  });

  it.each([
    '',
    '0',
    '-1',
    '1.5',
    '1e3',
    '01',
    '9999999999',
    'yesterday',
    '2026-01-31',
    '2026-01-31T12:00:00',
    '2026-02-31T12:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T25:00:00Z',
    '0000-01-01T00:00:00Z',
    ['1'],
  ])('refuses %j', (asOf) => {
    expect(wrong(GetOrderQueryDto, { asOf })).toEqual(['asOf']);
  });
});
