import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ShopClient } from './shop-client.js';

describe('a customer who has patience', () => {
  let server: Server | undefined;
  afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))));

  /** Of a service that answers with these, one after the other. */
  async function shopWith(statuses: number[]): Promise<{ shop: ShopClient; keys: unknown[] }> {
    const keys: unknown[] = [];
    server = createServer((request, response) => {
      keys.push(request.headers['idempotency-key']);
      const status = statuses.shift()!;
      const [type, body] =
        status === 201
          ? ['application/json', { orderId: 'o', version: 1 }]
          : ['application/problem+json', { type: 'urn:problem:x', code: 'x', title: 'x', status, correlationId: 'c' }];
      request.resume().on('end', () => response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body)));
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const url = () => `http://127.0.0.1:${(server!.address() as AddressInfo).port}`;
    const tokens = { customerToken: 'a', operatorToken: 'b' };
    return { shop: new ShopClient({ orders: url, payments: url, ...tokens, patienceMs: 30_000 }), keys };
  }

  it.each([503, 408])('sends again, under the same key, what is answered with %i', async (status) => {
    const { shop, keys } = await shopWith([status, status, 201]);
    expect(await shop.place([{ sku: 'mug', quantity: 1 }])).toMatchObject({ version: 1 });
    expect(new Set(keys).size).toBe(1);
    expect(keys).toHaveLength(3);
  });

  it.each([400, 409, 500])('takes %i for an answer', async (status) => {
    const { shop, keys } = await shopWith([status, 201]);
    await expect(shop.place([{ sku: 'mug', quantity: 1 }])).rejects.toMatchObject({ problem: { status } });
    expect(keys).toHaveLength(1);
  });
});
