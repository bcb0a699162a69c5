// Two versions of a route side by side: the old address goes on as it was, and says that it will end.
import { Controller, Get, Version } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTinyApp, type TinyApp } from '../../../../test/support/platform/tiny-app.js';
import { clientText } from '../../../../tools/docs/clients/index.js';
import type { Document } from '../../../../tools/docs/clients/operations.js';
import { Roles } from '../auth/access.decorators.js';
import { RouteAudit } from '../auth/route-audit.js';
import { describeApi } from '../docs/configure-docs.js';
import { Deprecated } from './deprecated.js';

@Controller('prices')
@Roles('customer')
class PricesController {
  // #region two-versions
  @Get()
  @Deprecated({ since: '2026-11-27', until: '2027-05-31', successor: '/v2/prices' })
  @ApiOperation({ summary: 'All prices' })
  all() {
    return { prices: [990] };
  }

  @Get()
  @Version('2')
  allWithCurrency() {
    return { prices: [{ amountMinor: 990, currency: 'EUR' }] };
  }
  // #endregion two-versions
}

@Controller({ path: 'stock', version: '3' })
@Roles('operator')
class StockController {
  @Get()
  all() {
    return {};
  }
}

let app: TinyApp;
let authorization: string;
beforeAll(async () => {
  app = await startTinyApp({ controllers: [PricesController, StockController] });
  authorization = `Bearer ${await app.token('alice', 'customer')}`;
});
afterAll(() => app.close());

const get = (path: string, headers: Record<string, string> = { authorization }) => app.send('GET', path, { headers });

describe('a version', () => {
  it('has an address of its own; that without one is the first and stays', async () => {
    expect((await get('/prices')).json).toEqual({ prices: [990] });
    expect((await get('/v2/prices')).json).toEqual({ prices: [{ amountMinor: 990, currency: 'EUR' }] });
    for (const path of ['/v1/prices', '/v3/prices', '/stock', '/v2/stock']) expect((await get(path)).status).toBe(404);
  });

  it('is guarded as every route is, and in the list of routes', async () => {
    expect((await get('/v2/prices', {})).status).toBe(401);
    expect((await get('/v3/stock')).status).toBe(403);
    const routes = app.nest.get(RouteAudit).routes();
    expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual(
      expect.arrayContaining(['GET /prices', 'GET /v2/prices', 'GET /v3/stock', 'GET /health/live']),
    );
  });

  it('that will end says so in its answers and in the API docs', async () => {
    const { headers } = await get('/prices');
    expect([headers.deprecation, headers.sunset, headers.link]).toEqual([
      '@1795737600',
      'Mon, 31 May 2027 00:00:00 GMT',
      '</v2/prices>; rel="successor-version"',
    ]);
    expect((await get('/v2/prices')).headers).not.toHaveProperty('deprecation');
    const { paths } = describeApi(app.nest, { name: 'tiny' });
    expect(paths['/prices']?.get).toMatchObject({ deprecated: true, summary: 'All prices' });
    expect(paths['/v2/prices']?.get).not.toHaveProperty('deprecated');
  });

  it('is a path of its own for typed clients, and the one that will end is struck out there', () => {
    const client = clientText('tiny-service', '', describeApi(app.nest, { name: 'tiny' }) as unknown as Document);
    expect(client).toMatch(/@deprecated[^/]*\*\/\n"\/prices": \{/);
    expect(client).toMatch(/(?<!\*\/)\n"\/v2\/prices": \{/);
  });
});
