// Tokens that must not open a door, and doors that must not be open.
import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Controller, Get, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { exportJWK, generateKeyPair, importJWK, SignJWT, UnsecuredJWT, type CryptoKey, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTinyApp, type TinyApp } from '../../../../test/support/platform/tiny-app.js';
import { DEV_AUDIENCE, DEV_ISSUER } from './dev-issuer.js';
import { RouteAudit } from './route-audit.js';

let app: TinyApp;
let privateJwk: JWK;
let publicJwk: JWK;
let key: CryptoKey;

beforeAll(async () => {
  app = await startTinyApp();
  privateJwk = JSON.parse(readFileSync(join(app.folder, 'private.jwk.json'), 'utf8')) as JWK;
  publicJwk = (JSON.parse(readFileSync(join(app.folder, 'jwks.json'), 'utf8')) as { keys: JWK[] }).keys[0]!;
  key = (await importJWK(privateJwk, 'ES256')) as CryptoKey;
});
afterAll(() => app.close());

const get = (authorization?: string, path = '/orders') =>
  app.send('GET', path, { headers: authorization === undefined ? {} : { authorization } });

interface Parts {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  by?: CryptoKey;
}

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const inAnHour = () => inSeconds(3600);
const good = () => ({ iss: DEV_ISSUER, aud: DEV_AUDIENCE, sub: 'alice', roles: ['customer'], exp: inAnHour() });

function token({ header = {}, claims = {}, by = key }: Parts = {}): Promise<string> {
  const all: Record<string, unknown> = { ...good(), ...claims };
  for (const [name, value] of Object.entries(all)) if (value === undefined) delete all[name];
  return new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid: publicJwk.kid, typ: 'at+jwt', ...header }).sign(by);
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function hs256WithThePublicKey(): string {
  const pem = createPublicKey({ key: publicJwk as JsonWebKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const signed = `${base64({ alg: 'HS256', typ: 'at+jwt', kid: publicJwk.kid })}.${base64(good())}`;
  return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`;
}

describe('a good token', () => {
  it.each(['at+jwt', 'JWT', 'application/at+jwt'])('of type %s opens the route', async (typ) => {
    expect((await get(`Bearer ${await token({ header: { typ } })}`)).status).toBe(200);
  });

  it.each([
    ['that ended a second ago', () => ({ exp: inSeconds(-1) })],
    ['that begins in three seconds', () => ({ nbf: inSeconds(3) })],
    ['that was made in three seconds', () => ({ iat: inSeconds(3) })],
  ])('%s opens it: clocks may be five seconds apart', async (_name, claims) => {
    expect((await get(`Bearer ${await token({ claims: claims() })}`)).status).toBe(200);
  });

  it('opens it whatever the case of the scheme', async () => {
    expect((await get(`bearer ${await token()}`)).status).toBe(200);
  });
});

describe('401', () => {
  const forged: [string, () => string | undefined | Promise<string | undefined>][] = [
    ['no token', () => undefined],
    ['an empty header', () => ''],
    ['an empty bearer', () => 'Bearer '],
    ['random text', () => 'Bearer abc'],
    ['another scheme', async () => `Basic ${await token()}`],
    ['two tokens', async () => `Bearer ${await token()} ${await token()}`],
    ['three dots of nothing', () => 'Bearer ..'],
    ['parts that are not base64', () => 'Bearer ~.~.~'],
    ['a header that is not JSON', () => `Bearer ${Buffer.from('{').toString('base64url')}.${base64(good())}.AA`],
    ['a header that is an array', () => `Bearer ${base64([])}.${base64(good())}.AA`],
    ['alg none', () => `Bearer ${new UnsecuredJWT(good()).encode()}`],
    ['alg None without a signature', () => `Bearer ${base64({ alg: 'None', typ: 'at+jwt' })}.${base64(good())}.`],
    ['HS256 signed with the public key', () => `Bearer ${hs256WithThePublicKey()}`],
    ['an unknown kid', async () => `Bearer ${await token({ header: { kid: 'unknown' } })}`],
    ['a kid with a path', async () => `Bearer ${await token({ header: { kid: '../../../../dev/null' } })}`],
    ['a kid with SQL', async () => `Bearer ${await token({ header: { kid: "' OR 1=1 --" } })}`],
    [
      'a kid that is no text',
      () => `Bearer ${base64({ alg: 'ES256', typ: 'at+jwt', kid: { a: 1 } })}.${base64(good())}.AA`,
    ],
    [
      'an unknown critical header',
      () => `Bearer ${base64({ alg: 'ES256', typ: 'at+jwt', crit: ['x'], x: 1 })}.${base64(good())}.AA`,
    ],
    ['an expired token', async () => `Bearer ${await token({ claims: { exp: 1 } })}`],
    ['a token that ended six seconds ago', async () => `Bearer ${await token({ claims: { exp: inSeconds(-6) } })}`],
    ['a token that begins in a minute', async () => `Bearer ${await token({ claims: { nbf: inSeconds(60) } })}`],
    ['a token that is not valid yet', async () => `Bearer ${await token({ claims: { nbf: inAnHour() } })}`],
    ['another issuer', async () => `Bearer ${await token({ claims: { iss: 'https://evil.example' } })}`],
    ['no issuer', async () => `Bearer ${await token({ claims: { iss: undefined } })}`],
    ['another audience', async () => `Bearer ${await token({ claims: { aud: 'other' } })}`],
    ['no audience', async () => `Bearer ${await token({ claims: { aud: undefined } })}`],
    ['no exp', async () => `Bearer ${await token({ claims: { exp: undefined } })}`],
    ['no sub', async () => `Bearer ${await token({ claims: { sub: undefined } })}`],
    ['a sub with a NUL', async () => `Bearer ${await token({ claims: { sub: 'a\u0000b' } })}`],
    ['roles that are no list', async () => `Bearer ${await token({ claims: { roles: 'customer' } })}`],
    ['an id token', async () => `Bearer ${await token({ header: { typ: 'id+jwt' } })}`],
    ['no typ', async () => `Bearer ${await token({ header: { typ: undefined } })}`],
    [
      'a changed payload',
      async () => {
        const [header, , signature] = (await token()).split('.');
        return `Bearer ${header}.${base64({ ...good(), sub: 'mallory' })}.${signature}`;
      },
    ],
    [
      'a key of its own with our kid',
      async () => {
        const { privateKey } = await generateKeyPair('ES256');
        return `Bearer ${await token({ by: privateKey })}`;
      },
    ],
    [
      'a key named inside the token',
      async () => {
        const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
        const jwk = await exportJWK(publicKey);
        return `Bearer ${await token({ by: privateKey, header: { jwk, kid: undefined } })}`;
      },
    ],
    ['9 kB of token', () => `Bearer ${'a'.repeat(9000)}`],
  ];

  it.each(forged)('for %s, as a problem that says nothing more', async (_name, forge) => {
    const answer = await get(await forge());
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json).toMatchObject({
      status: 401,
      title: 'Unauthorized',
      correlationId: expect.any(String) as string,
    });
    expect(['token-missing', 'token-invalid']).toContain(answer.json.code);
  });

  it('for a key that lies where the token says, which is not even asked', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'mine', alg: 'ES256', use: 'sig' };
    const asked: string[] = [];
    const forger = createServer(({ url }, answer) => {
      asked.push(url!);
      answer.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
    }).listen(0, '127.0.0.1');
    try {
      await once(forger, 'listening');
      const at = `http://127.0.0.1:${(forger.address() as AddressInfo).port}`;
      for (const [header, claims] of [
        [{ kid: 'mine', jku: `${at}/jwks` }, {}],
        [{ kid: 'mine', x5u: `${at}/certificate` }, {}],
        [{ kid: `${at}/jwks` }, {}],
        [{ kid: 'mine' }, { iss: at }],
      ]) {
        const { status } = await get(`Bearer ${await token({ by: privateKey, header, claims })}`);
        expect([header, claims, status]).toEqual([header, claims, 401]);
      }
      expect(asked).toEqual([]);
    } finally {
      await new Promise((resolve) => forger.close(resolve));
    }
  });

  it('for a token in the query string or in a cookie', async () => {
    const valid = await token();
    expect((await get(undefined, `/orders?access_token=${valid}`)).status).toBe(401);
    expect((await app.send('GET', '/orders', { headers: { cookie: `token=${valid}` } })).status).toBe(401);
  });

  it.each(['HEAD', 'GET', 'POST'])('for %s without a token', async (method) => {
    expect((await app.send(method, '/orders')).status).toBe(401);
  });
});

describe('403', () => {
  it.each([[['operator']], [[]], [['CUSTOMER']], [['__proto__', 'customer ']], [[{}, null, 7]]])(
    'for a token with roles %j where customer is needed',
    async (roles) => {
      const answer = await get(`Bearer ${await token({ claims: { roles } })}`);
      expect([answer.status, answer.json.code]).toEqual([403, 'forbidden']);
    },
  );
});

describe('routes', () => {
  it('that are public need no token and mind no bad one', async () => {
    expect((await get(undefined, '/ops/open')).status).toBe(200);
    expect((await get('Bearer nonsense', '/ops/open')).status).toBe(200);
  });

  it.each(['OPTIONS', 'TRACE', 'PUT', 'PROPFIND'])(
    'answer %s with a problem that says which methods they take',
    async (method) => {
      const answer = await app.send(method, '/orders?status=x');
      expect([answer.status, answer.json.code, answer.headers.allow]).toEqual([
        405,
        'method-not-allowed',
        'GET, HEAD, POST',
      ]);
      expect(answer.text).not.toContain('alice');
      const about = await app.send(method, '/orders/0198c0de-7a11-7000-8000-000000000001/cancel');
      expect([about.status, about.headers.allow]).toEqual([405, 'POST']);
    },
  );

  it('that there are none of are not found, with any method', async () => {
    for (const path of ['/nothing', '/orders/', '/Orders', '/orders//cancel', '/orders/1/2/3']) {
      for (const method of ['GET', 'PUT', 'OPTIONS']) expect((await app.send(method, path)).status).toBe(404);
    }
  });

  it('that say nothing about access stop the boot, by name', async () => {
    @Controller('forgotten')
    class ForgottenController {
      @Get()
      all() {
        return [];
      }
    }
    await expect(startTinyApp({ controllers: [ForgottenController] })).rejects.toThrow(
      /Nobody said who may call ForgottenController\.all\./,
    );
  });
});

describe('a route that the server was told of past Nest', () => {
  const withRaw = (...paths: string[]) => {
    @Module({})
    class RawModule implements OnModuleInit {
      constructor(
        private readonly host: HttpAdapterHost,
        private readonly audit: RouteAudit,
      ) {}
      onModuleInit() {
        const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
        for (const path of paths) fastify.get(path, () => 'open to everybody');
        this.audit.alsoPublic('GET /manual');
      }
    }
    return startTinyApp({ imports: [RawModule] });
  };

  it('stops the boot, by name: no guard stands before it', async () => {
    await expect(withRaw('/back-door', '/manual')).rejects.toThrow(/No guard stands before GET \/back-door\./);
  });

  it('is served where somebody has named it, with what lies below it', async () => {
    const open = await withRaw('/manual', '/manual/page');
    expect((await open.send('GET', '/manual/page')).text).toBe('open to everybody');
    expect(open.nest.get(RouteAudit).publicRoutes()).toContain('GET /manual');
    await open.close();
  });

  it('is not let in by a name that only begins alike', async () => {
    await expect(withRaw('/manuals')).rejects.toThrow(/No guard stands before GET \/manuals\./);
  });
});

describe('the development issuer', () => {
  it('keeps its private key to its owner and its public set free of it', () => {
    expect(statSync(join(app.folder, 'private.jwk.json')).mode & 0o777).toBe(0o600);
    expect(publicJwk).not.toHaveProperty('d');
    expect(privateJwk).toHaveProperty('d');
  });
});
