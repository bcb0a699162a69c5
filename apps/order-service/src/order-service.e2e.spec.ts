// The order service over HTTP, on a real database: what callers are promised.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandBus } from '@app/event-store';
import { describeApi } from '@app/platform';
import { expectClosedDoors, expectNothingForOthers, hiddenRoutes, undocumented } from '../../../test/support/doors.js';
import { eventually } from '../../../test/support/eventually.js';
import { startService, type ServiceUnderTest, type TestAnswer } from '../../../test/support/service.js';
import { ConfirmOrder } from './application/confirm-order/confirm-order.command.js';
import { migrations } from './infrastructure/migrations/index.js';
import { OrderConfig } from './infrastructure/order.config.js';
import { OrderModule } from './order.module.js';

const unknownId = '0198c0de-0000-7000-8000-00000000dead';
const mugs = { lines: [{ sku: 'mug', quantity: 2 }] };

let service: ServiceUnderTest;

beforeAll(async () => {
  service = await startService(OrderModule, { name: 'order-service', migrations, configs: [new OrderConfig()] });
});
afterAll(() => service.close());

const place = (body: object = mugs, user = 'alice', headers = {}): Promise<TestAnswer> =>
  service.send({ method: 'POST', path: '/orders', user, headers, body });
const get = (path: string, user = 'alice', role = 'customer') => service.send({ path, user, role });
const cancel = (orderId: unknown, user = 'alice', role = 'customer') =>
  service.send({
    method: 'POST',
    path: `/orders/${String(orderId)}/cancel`,
    user,
    role,
    body: { reason: 'Ordered twice.' },
  });
const ship = (orderId: unknown, body: object = { carrier: 'DHL', trackingNumber: '42' }, role = 'operator') =>
  service.send({ method: 'POST', path: `/orders/${String(orderId)}/ship`, user: 'otto', role, body });
const confirm = (orderId: unknown, amountMinor = 1780) =>
  service.app
    .get(CommandBus)
    .execute(new ConfirmOrder(String(orderId), String(orderId), { amountMinor, currency: 'EUR' }));
/** Everything that is known of keys becomes so much older. */
async function aDayPasses(): Promise<void> {
  const older = (column: string) => `${column} = ${column} - interval '25 h'`;
  await service.database.query(`UPDATE event_store.commands SET ${older('recorded_at')}`);
  await service.database.query(`UPDATE event_store.idempotency_keys SET ${older('renewed_at')}`);
}
const placed = async (user = 'alice') => String((await place(mugs, user)).body['orderId']);

describe('POST /orders', () => {
  it('places an order at the prices of the shop and says where it is', async () => {
    const answer = await place({
      lines: [
        { sku: 'mug', quantity: 2 },
        { sku: 'coffee-beans', quantity: 1 },
      ],
      currency: 'USD',
      note: '<b>hi</b>\n',
    });
    expect(answer.status).toBe(201);
    const orderId = String(answer.body['orderId']);
    expect(answer.body).toEqual({ orderId, version: 1 });
    expect(answer.headers.get('location')).toBe(`/orders/${orderId}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    const found = await get(`/orders/${orderId}`);
    expect(found.status).toBe(200);
    expect(found.headers.get('etag')).toBe('"1"');
    expect(found.body).toEqual({
      orderId,
      customerId: 'alice',
      status: 'placed',
      version: 1,
      lines: [
        { sku: 'mug', name: 'Mug', quantity: 2, unitPrice: { amountMinor: 990, currency: 'USD' } },
        {
          sku: 'coffee-beans',
          name: 'Coffee beans, 1 kg',
          quantity: 1,
          unitPrice: { amountMinor: 1390, currency: 'USD' },
        },
      ],
      total: { amountMinor: 3370, currency: 'USD' },
      note: '<b>hi</b>\n',
      placedAt: expect.any(String) as string,
      updatedAt: found.body['placedAt'],
    });
  });

  it('makes one order of one key, also when it is sent fifty times at once, and marks all answers but the first', async () => {
    const headers = { 'idempotency-key': 'once' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => place(mugs, 'key-owner', headers)));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201));
    expect(answers.filter(({ headers: of }) => of.get('idempotency-replayed') === null)).toHaveLength(1);
    expect((await place(mugs, 'key-owner', headers)).headers.get('idempotency-replayed')).toBe('true');
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const other = await place({ lines: [{ sku: 'mug', quantity: 3 }] }, 'key-owner', headers);
    expect(other.status).toBe(422);
    const stranger = await place(mugs, 'mallory', headers);
    expect([stranger.status, stranger.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(stranger.body['orderId']).not.toBe(answers[0]!.body['orderId']);
  });

  it('makes another order of a key that was used more than a day ago, also when it is sent often at once, of the same body or another', async () => {
    const headers = { 'idempotency-key': 'daily' };
    const twoMugs = await place(mugs, 'key-owner', headers);
    await aDayPasses();
    const threeMugs = { lines: [{ sku: 'mug', quantity: 3 }] };
    const answers = await Promise.all(Array.from({ length: 20 }, () => place(threeMugs, 'key-owner', headers)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(answers.filter(({ headers: of }) => of.get('idempotency-replayed') === null)).toHaveLength(1);
    const [orderId, ...others] = new Set(answers.map(({ body }) => body['orderId']));
    expect(others).toEqual([]);
    expect(orderId).not.toBe(twoMugs.body['orderId']);
    expect((await place(mugs, 'key-owner', headers)).status).toBe(422);
    await aDayPasses();
    const third = await place(mugs, 'key-owner', headers);
    expect([third.status, third.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect([twoMugs.body['orderId'], orderId]).not.toContain(third.body['orderId']);
  });

  it('refuses the key of one order’s change for another order, and takes it for the same one however it is spelled', async () => {
    const [one, other] = [await placed('keys'), await placed('keys')];
    const cancelWith = (path: string) =>
      service.send({
        method: 'POST',
        path,
        user: 'keys',
        headers: { 'idempotency-key': 'cancel' },
        body: { reason: 'Ordered twice.' },
      });
    const first = await cancelWith(`/orders/${one}/cancel`);
    expect(first.status).toBe(200);
    expect((await cancelWith(`/orders/${one.toUpperCase()}/cancel`)).body).toEqual(first.body);
    expect(await cancelWith(`/orders/${other}/cancel`)).toMatchObject({ status: 422, body: { code: 'ES-1006' } });
    expect((await get(`/orders/${other}`, 'keys')).body['status']).toBe('placed');
  });

  it('gives a refusal and a change that changed nothing again, too, and marks them', async () => {
    const orderId = await placed('keys');
    const change = (what: string, key: string, body: object, role = 'customer') => {
      const headers = { 'idempotency-key': key };
      return service.send({ method: 'POST', path: `/orders/${orderId}/${what}`, user: 'keys', role, headers, body });
    };
    const shipTooEarly = () => change('ship', 'too-early', { carrier: 'DHL', trackingNumber: '42' }, 'operator');
    const refusals = [await shipTooEarly(), await shipTooEarly()];
    expect(refusals.map(({ status, headers }) => [status, headers.get('idempotency-replayed')])).toEqual([
      [409, null],
      [409, 'true'],
    ]);
    await cancel(orderId, 'keys');
    const again = () => change('cancel', 'again', { reason: 'Ordered twice.' });
    const nothing = [await again(), await again()];
    expect(nothing.map(({ status, headers }) => [status, headers.get('idempotency-replayed')])).toEqual([
      [200, null],
      [200, 'true'],
    ]);
  });

  it('does not repeat what it does not know', async () => {
    const answer = await place({
      lines: [
        { sku: 'mug', quantity: 1 },
        { sku: 'canary4711', quantity: 1 },
      ],
    });
    expect(answer.body['detail']).toBe('Not sold in EUR: what line 2 of the order asks for.');
  });

  it.each([
    ['an unknown product', { lines: [{ sku: 'yacht', quantity: 1 }] }, 'product-not-sold'],
    ['a currency nothing is sold in', { ...mugs, currency: 'CHF' }, 'product-not-sold'],
    [
      `a product named '; DROP TABLE price_list;--`,
      { lines: [{ sku: `'; DROP TABLE price_list;--`, quantity: 1 }] },
      'product-not-sold',
    ],
  ])('answers 422 to %s', async (_what, body, code) => {
    const answer = await place(body);
    expect(answer.status).toBe(422);
    expect(answer.body['code']).toBe(code);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('answers 422 to a total beyond 2^53 - 1', async () => {
    await service.database.query(`INSERT INTO price_list VALUES ('moon', 'EUR', 'The moon', 9007199254740991)`);
    expect((await place({ lines: [{ sku: 'moon', quantity: 1 }] })).status).toBe(201);
    const answer = await place({ lines: [{ sku: 'moon', quantity: 2 }] });
    expect([answer.status, answer.body['code']]).toEqual([422, 'order-total-too-large']);
    await eventually(async () => {
      const items = (await get('/orders')).body['items'] as { total: { amountMinor: number } }[];
      expect(items.map(({ total }) => total.amountMinor)).toContain(Number.MAX_SAFE_INTEGER);
    });
  });

  it.each([
    ['an empty object', {}],
    ['a list', []],
    ['text', '"mug"'],
    ['half of JSON', '{"lines": ['],
    ['a price', { ...mugs, price: 1 }],
    ['a NUL in the note', { ...mugs, note: 'a\u0000b' }],
    ['half a surrogate pair in the note', '{"lines":[{"sku":"mug","quantity":1}],"note":"\\ud800"}'],
    ['a lower-case currency', { ...mugs, currency: 'eur' }],
    ['a prototype', '{"lines":[{"sku":"mug","quantity":1}],"__proto__":{"status":"shipped"}}'],
  ])('answers 400 to %s', async (_what, body) => {
    const answer = await service.send({ method: 'POST', path: '/orders', body });
    expect([answer.status, typeof answer.body['code']]).toEqual([400, 'string']);
  });

  it('is for customers', async () => {
    expect((await service.send({ method: 'POST', path: '/orders', role: 'operator', body: mugs })).status).toBe(403);
    expect((await service.send({ method: 'POST', path: '/orders', role: '', body: mugs })).status).toBe(401);
  });
});

describe('an order on its way', () => {
  it('is confirmed, then shipped, and cannot be cancelled any more', async () => {
    const orderId = await placed();
    const early = await ship(orderId);
    expect([early.status, early.body['code']]).toEqual([409, 'order-not-shippable']);
    await confirm(orderId);
    expect((await ship(orderId, undefined, 'customer')).status).toBe(403);
    const shipped = await ship(orderId);
    expect([shipped.status, shipped.body]).toEqual([200, { orderId, version: 3 }]);
    expect(shipped.headers.get('etag')).toBe('"3"');
    expect((await ship(orderId)).body).toEqual({ orderId, version: 3 });
    expect((await ship(orderId, { carrier: 'UPS', trackingNumber: '42' })).status).toBe(409);
    const late = await cancel(orderId);
    expect([late.status, late.body['code']]).toEqual([409, 'order-not-cancellable']);
    await eventually(async () =>
      expect((await get(`/orders/${orderId}`)).body).toMatchObject({
        status: 'shipped',
        version: 3,
        carrier: 'DHL',
        trackingNumber: '42',
      }),
    );
  });

  it('is cancelled by its owner or an operator, twice like once, and then not confirmed', async () => {
    const orderId = await placed();
    expect((await cancel(orderId)).body).toEqual({ orderId, version: 2 });
    expect((await cancel(orderId)).body).toEqual({ orderId, version: 2 });
    expect((await cancel(await placed(), 'otto', 'operator')).status).toBe(200);
    await expect(confirm(orderId)).rejects.toMatchObject({ code: 'order-not-confirmable' });
  });

  it('is changed only on the version of If-Match', async () => {
    const orderId = await placed();
    await confirm(orderId);
    const ifMatch = (change: 'cancel' | 'ship', etag: string) => {
      const body = change === 'ship' ? { carrier: 'DHL', trackingNumber: '42' } : { reason: 'Ordered twice.' };
      const role = change === 'ship' ? 'operator' : 'customer';
      const headers = { 'if-match': etag };
      return service.send({ method: 'POST', path: `/orders/${orderId}/${change}`, role, headers, body });
    };
    for (const change of ['cancel', 'ship'] as const) {
      const stale = await ifMatch(change, '"1"');
      expect([stale.status, stale.body['code'], stale.headers.get('etag')]).toEqual([412, 'version-mismatch', '"2"']);
      expect((await ifMatch(change, 'nonsense')).status).toBe(400);
    }
    expect((await ifMatch('ship', '"2"')).status).toBe(200);
    // No waiting: the read model may be behind, the answer is not.
    const { headers, body } = await get(`/orders/${orderId}`);
    expect([headers.get('etag'), body['status']]).toEqual(['"3"', 'shipped']);
  });

  it('is not confirmed by a payment over another sum, nor is an order that does not exist', async () => {
    const orderId = await placed();
    await expect(confirm(orderId, 1779)).rejects.toThrow(/Compare the two services/);
    await expect(confirm(unknownId)).rejects.toThrow(/There is no order/);
    expect((await get(`/orders/${orderId}`)).body['status']).toBe('placed');
  });

  it('can be read as of any version and any time', async () => {
    const orderId = await placed();
    await confirm(orderId);
    await cancel(orderId);
    const at = async (asOf: string) => get(`/orders/${orderId}?asOf=${encodeURIComponent(asOf)}`);
    const statuses = await Promise.all(['1', '2', '3'].map(async (version) => (await at(version)).body['status']));
    expect(statuses).toEqual(['placed', 'confirmed', 'cancelled']);
    const first = (await at('1')).body;
    expect(first['updatedAt']).toBe(first['placedAt']);
    expect((await at(String(first['placedAt']))).body['version']).toBeGreaterThanOrEqual(1);
    expect((await at('2999-01-01T00:00:00Z')).body['status']).toBe('cancelled');
    expect((await at('4')).status).toBe(404);
    expect((await at('2000-01-01T00:00:00Z')).status).toBe(404);
    const refused = await Promise.all(['0', 'yesterday', '2026-02-31T00:00:00Z', ''].map(at));
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
  });

  it('tells who did what, when and why', async () => {
    const orderId = await placed();
    await cancel(orderId, 'otto', 'operator');
    const { status, body } = await get(`/orders/${orderId}/history`, 'otto', 'operator');
    expect(status).toBe(200);
    expect(body).toEqual([
      expect.objectContaining({ version: 1, type: 'order.placed', actor: 'customer:alice' }),
      expect.objectContaining({
        version: 2,
        type: 'order.cancelled',
        actor: 'operator:otto',
        at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        correlationId: expect.any(String) as string,
        commandId: expect.any(String) as string,
        data: { reason: 'Ordered twice.', by: 'operator' },
      }),
    ]);
    expect((body as unknown as object[])[1]).not.toHaveProperty('reason'); // of the metadata, which other contexts get too
    const own = (await get(`/orders/${orderId}/history`)).body as unknown as { actor: string }[];
    expect(own.map(({ actor }) => actor)).toEqual(['customer:alice', 'operator']);
  });
});

describe('every route', () => {
  it('is closed to strangers and to the wrong role', async () => {
    expect(await expectClosedDoors(service)).toEqual([
      'POST /orders',
      'POST /orders/:id/cancel',
      'POST /orders/:id/ship',
      'GET /orders',
      'GET /orders/:id',
      'GET /orders/:id/history',
    ]);
  });

  it('that customers may use has nothing for another customer', async () => {
    const bodies = { 'POST /orders/:id/cancel': { reason: 'Mine now.' } };
    expect(await expectNothingForOthers(service, { id: await placed('alice'), bodies })).toEqual([
      'POST /orders/:id/cancel',
      'GET /orders',
      'GET /orders/:id',
      'GET /orders/:id/history',
    ]);
  });

  it('is documented', () => {
    expect(undocumented(describeApi(service.app, { name: 'orders' }))).toEqual([]);
    expect(hiddenRoutes(service.app, describeApi(service.app, { name: 'orders' }))).toEqual([]);
  });
});

describe('another customer’s order', () => {
  it('does not exist', async () => {
    const orderId = await placed('alice');
    await eventually(async () =>
      expect(((await get('/orders', 'alice')).body['items'] as object[]).length).toBeGreaterThan(0),
    );
    const answers = [
      await get(`/orders/${orderId}`, 'mallory'),
      await get(`/orders/${orderId}?asOf=1`, 'mallory'),
      await get(`/orders/${orderId}/history`, 'mallory'),
      await cancel(orderId, 'mallory'),
      await get(`/orders/${unknownId}`, 'mallory'),
    ];
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual(answers.map(() => [404, 'ES-2001']));
    expect((await get('/orders', 'mallory')).body['items']).not.toContainEqual(expect.objectContaining({ orderId }));
    expect((await get(`/orders/${orderId}`, 'otto', 'operator')).status).toBe(200);
  });

  it.each(['1', 'x'.repeat(1024), '00000000-0000-0000-0000-000000000000', `${unknownId}'`, '%00'])(
    'nor is %s an id',
    async (id) => {
      expect((await get(`/orders/${id}`)).status).toBe(400);
      expect((await cancel(id)).status).toBe(400);
    },
  );
});

describe('GET /orders', () => {
  it('pages through a customer’s orders, newest first, none twice and none left out', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift(await placed('paula'));
    await cancel(ids[0], 'paula');
    type Page = { items: { orderId: string; status: string }[]; nextCursor?: string };
    const page = async (query: string, role = 'customer') =>
      (await get(`/orders?${query}`, 'paula', role)).body as unknown as Page;
    await eventually(async () => {
      expect((await page('')).items.map(({ orderId }) => orderId)).toEqual(ids);
      expect((await page('status=cancelled')).items.map(({ orderId }) => orderId)).toEqual([ids[0]]);
    });
    const first = await page('limit=2');
    const second = await page(`limit=2&cursor=${first.nextCursor}`);
    const third = await page(`limit=2&cursor=${second.nextCursor}`);
    expect([...first.items, ...second.items, ...third.items].map(({ orderId }) => orderId)).toEqual(ids);
    expect([third.items.length, third.nextCursor]).toEqual([1, undefined]);
    expect((await page('limit=100', 'operator')).items.length).toBeGreaterThan(5);
    expect((await page('limit=100', 'customer operator')).items.length).toBeGreaterThan(5);
  });

  it.each([
    'limit=0',
    'limit=-1',
    'limit=1000000000',
    'limit=a',
    'limit=1&limit=2',
    'cursor=garbage',
    'status=none',
    'sort=total',
    'foo=1',
  ])('answers 400 to ?%s', async (query) => {
    expect((await get(`/orders?${query}`)).status).toBe(400);
  });
});

describe('GET /orders for somebody who has just ordered', () => {
  const list = (headers: Record<string, string>, user = 'wilma') => service.send({ path: '/orders', user, headers });
  const idsIn = ({ body }: TestAnswer) => (body['items'] as { orderId: string }[]).map(({ orderId }) => orderId);

  /** The read model can be read but not written while `work` runs. */
  async function whileBehind<T>(work: () => Promise<T>): Promise<T> {
    const runner = service.database.createQueryRunner();
    await runner.startTransaction();
    await runner.query('LOCK TABLE order_summary IN SHARE MODE');
    try {
      return await work();
    } finally {
      await runner.commitTransaction();
      await runner.release();
    }
  }

  it('shows the order that the Event-Position is of, and waits until it can', async () => {
    const { answer, waiting } = await whileBehind(async () => {
      const written = await place(mugs, 'wilma');
      const position = { 'event-position': written.headers.get('event-position')! };
      const late = await list({ ...position, prefer: 'wait=0' });
      expect([late.status, late.body['code'], late.headers.get('retry-after')]).toEqual([503, 'ES-1310', '1']);
      expect(late.body['expected']).toBe(position['event-position']);
      expect(Number(late.body['reached'])).toBeLessThan(Number(position['event-position']));
      expect(idsIn(await list({}))).toEqual([]);
      return { answer: written, waiting: list({ ...position, prefer: 'wait=60' }) };
    });
    const shown = await waiting;
    expect([shown.status, idsIn(shown)]).toEqual([200, [answer.body['orderId']]]);
    expect(shown.headers.get('preference-applied')).toBe('wait=10');
    expect(Number(shown.headers.get('event-position'))).toBeGreaterThanOrEqual(
      Number(answer.headers.get('event-position')),
    );
  });

  it('shows everything written by now where the caller would like to wait, and what there is where that takes longer', async () => {
    const { waiting } = await whileBehind(async () => {
      await place(mugs, 'wilfred');
      const stale = await list({ prefer: 'wait=0' }, 'wilfred');
      expect([stale.status, idsIn(stale), stale.headers.get('preference-applied')]).toEqual([200, [], null]);
      return { waiting: list({ prefer: 'wait=10' }, 'wilfred') };
    });
    const shown = await waiting;
    expect([idsIn(shown).length, shown.headers.get('preference-applied')]).toEqual([1, 'wait=10']);
  });

  it.each([
    ['a position in the future', { 'event-position': '999999999999' }, 'ES-1312'],
    ['no position', { 'event-position': 'latest' }, 'event-position-invalid'],
    ['no time', { 'event-position': '1', prefer: 'wait=soon' }, 'prefer-invalid'],
  ])('answers 400 to %s', async (_what, headers, code) => {
    const answer = await list(headers);
    expect([answer.status, answer.body['code']]).toEqual([400, code]);
  });

  it('gives the answer to a change a position, and none to one that changed nothing', async () => {
    const orderId = await placed('wim');
    const [first, again] = [await cancel(orderId, 'wim'), await cancel(orderId, 'wim')];
    expect(first.headers.get('event-position')).toMatch(/^\d+$/);
    expect([again.status, again.headers.get('event-position')]).toEqual([200, null]);
  });
});
