// A login that changes its keys, answers nonsense, hangs, is away and comes back, and what becomes of those who have a token meanwhile.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTHeaderParameters } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError } from '@app/event-store/core';
import { eventually } from '../../../../test/support/eventually.js';
import { RemoteKeySet, type KeySetTimes } from './remote-key-set.js';
import { InvalidTokenError, TokenVerifier } from './token-verifier.js';

interface Pair {
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
}

const pair = async (kid: string): Promise<Pair> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' }, privateKey };
};

let first: Pair;
let second: Pair;
beforeAll(async () => {
  [first, second] = await Promise.all([pair('first'), pair('second')]);
});

type Answer = (response: ServerResponse) => void;
const keys =
  (...pairs: readonly Pair[]): Answer =>
  (response) =>
    response.end(JSON.stringify({ keys: pairs.map(({ jwk }) => jwk) }));
const text =
  (content: string): Answer =>
  (response) =>
    response.end(content);
const failing: Answer = (response) => response.writeHead(500).end('{}');
const hanging: Answer = () => undefined;
const moved: Answer = (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();

let server: Server;
let url: string;
let answer: Answer;
let asked: number;
let running: RemoteKeySet[];
let atMs: number;

beforeEach(async () => {
  [answer, asked, running, atMs, timeoutMs] = [keys(first), 0, [], 0, patient.timeoutMs];
  server = createServer((_request, response) => {
    asked += 1;
    answer(response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
});
afterEach(async () => {
  for (const set of running) set.stop();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const HOUR = 3_600_000;
const patient: KeySetTimes = { reloadMs: HOUR, retryMs: 10_000, cooldownMs: 30_000, timeoutMs: 10_000 };
/** For the next fetch: one that has to succeed has all the time it may need. */
let timeoutMs: number;
function keySet(times: Partial<KeySetTimes> = {}): RemoteKeySet {
  const current = { ...patient, ...times };
  if (times.timeoutMs === undefined) Object.defineProperty(current, 'timeoutMs', { get: () => timeoutMs });
  const set = new RemoteKeySet(url, current, () => atMs);
  running.push(set);
  return set;
}
const nothing = { payload: '', signature: '' };
const header = (kid: string): JWTHeaderParameters => ({ alg: 'ES256', kid });
const find = (set: RemoteKeySet, kid: string): Promise<string> =>
  set.key(header(kid), nothing).then(
    () => 'found',
    (error: Error) => (error instanceof UnavailableError ? 'unavailable' : error.constructor.name),
  );

describe('The key set of a login elsewhere', () => {
  it('is fetched once, however many ask at the same time', async () => {
    const set = keySet();
    const found = await Promise.all([set.start(), find(set, 'first'), find(set, 'first')]);
    expect([found[1], found[2], asked]).toEqual(['found', 'found', 1]);
  });

  it('has the new key, and no longer the old one, after a rotation', async () => {
    const set = keySet();
    await set.start();
    atMs += 30_000;
    answer = keys(second);
    expect(await find(set, 'second')).toBe('found');
    expect(await find(set, 'first')).toBe('JWKSNoMatchingKey');
  });

  it('is fetched again by itself, so that a revoked key goes although nobody asks for another', async () => {
    const set = keySet({ reloadMs: 5 });
    await set.start();
    expect(await find(set, 'first')).toBe('found');
    answer = keys(second);
    await eventually(async () => expect(await find(set, 'first')).toBe('JWKSNoMatchingKey'));
  });

  it('is not fetched for one unknown key id after another', async () => {
    const set = keySet();
    await set.start();
    for (let n = 0; n < 5; n += 1) expect(await find(set, `unknown-${n}`)).toBe('JWKSNoMatchingKey');
    expect(asked).toBe(1);
    atMs += 30_000;
    for (let n = 0; n < 5; n += 1) expect(await find(set, `unknown-${n}`)).toBe('JWKSNoMatchingKey');
    expect(asked).toBe(2);
  });

  const outages: [string, () => void][] = [
    ['answers 500', () => (answer = failing)],
    ['hangs', () => (answer = hanging)],
    ['answers with a page', () => (answer = text('<html>'))],
    ['answers without a key', () => (answer = text('{"keys":[]}'))],
    [
      'answers with a megabyte and more',
      () => (answer = text(JSON.stringify({ keys: [second.jwk], padding: 'x'.repeat(1_048_576) }))),
    ],
    ['sends us elsewhere', () => (answer = moved)],
    ['is gone', () => server.close()],
  ];

  it.each(outages)('keeps its keys for days while the login %s', async (_name, begin) => {
    const set = keySet();
    await set.start();
    begin();
    timeoutMs = 100;
    server.closeAllConnections();
    for (let day = 0; day < 3; day += 1) {
      atMs += 24 * HOUR;
      expect(await find(set, 'second')).toBe('unavailable'); // asks the login, in vain
      expect(await find(set, 'first')).toBe('found');
    }
  });

  it('cannot tell of an unknown key id during an outage, says so at once in the cooldown, and can when the login is back', async () => {
    const set = keySet();
    await set.start();
    answer = hanging;
    timeoutMs = 100;
    atMs += 30_000;
    expect(await find(set, 'second')).toBe('unavailable');
    for (let n = 0; n < 5; n += 1) expect(await find(set, 'second')).toBe('unavailable');
    expect(asked).toBe(2);
    answer = keys(first, second);
    timeoutMs = patient.timeoutMs;
    atMs += 10_000;
    expect([await find(set, 'second'), await find(set, 'first')]).toEqual(['found', 'found']);
  });

  it('that was away at the boot is asked for by the first caller after a while, not by each', async () => {
    answer = failing;
    const set = keySet();
    await set.start();
    for (let n = 0; n < 5; n += 1) expect(await find(set, 'first')).toBe('unavailable');
    expect(asked).toBe(1);
    answer = keys(first);
    atMs += 10_000;
    expect(await find(set, 'first')).toBe('found');
  });

  it('that was away at the boot is fetched when the login is back, without anybody asking', async () => {
    answer = failing;
    const set = keySet({ retryMs: 5 });
    await set.start();
    answer = keys(first);
    await eventually(() => expect(asked).toBeGreaterThan(1));
    answer = failing; // what is found now has been fetched before
    await eventually(async () => expect(await find(set, 'first')).toBe('found'));
  });

  it('is fetched no more once it has been stopped, nor waited for', async () => {
    answer = hanging;
    const set = keySet({ timeoutMs: HOUR, retryMs: 1, reloadMs: 1 });
    const started = set.start();
    await eventually(() => expect(asked).toBe(1));
    set.stop();
    await started;
    answer = keys(first);
    expect(await find(set, 'first')).toBe('unavailable');
    expect(asked).toBe(1);
  });
});

describe('A token, by the keys of a login elsewhere', () => {
  const issuer = 'https://login.example.com';
  const token = ({ jwk, privateKey }: Pair, claims: object = {}) =>
    new SignJWT({ iss: issuer, aud: 'shop', sub: 'alice', roles: ['customer'], ...claims })
      .setExpirationTime('1h')
      .setProtectedHeader({ alg: 'ES256', kid: jwk.kid, typ: 'at+jwt' })
      .sign(privateKey);
  let verifier: TokenVerifier;
  afterEach(() => verifier.onApplicationShutdown());

  it('is good while the login is away, refused when its key is unknown, and neither when we cannot know', async () => {
    verifier = new TokenVerifier({ issuer, audience: 'shop', jwks: { url, times: { ...patient, cooldownMs: 0 } } });
    verifier.onModuleInit();
    expect(await verifier.verify(await token(first))).toEqual({ id: 'alice', roles: ['customer'] });
    await expect(verifier.verify(await token(second))).rejects.toThrow(InvalidTokenError);
    answer = failing;
    await expect(verifier.verify(await token(second))).rejects.toThrow(UnavailableError);
    expect(await verifier.verify(await token(first))).toEqual({ id: 'alice', roles: ['customer'] });
  });

  it('has its roles where the settings say', async () => {
    verifier = new TokenVerifier({ issuer, audience: 'shop', rolesClaim: 'realm_access.roles', jwks: { url } });
    verifier.onModuleInit();
    const user = await verifier.verify(await token(first, { realm_access: { roles: ['operator'] } }));
    expect(user).toEqual({ id: 'alice', roles: ['operator'] });
    await expect(verifier.verify(await token(first))).rejects.toThrow('its claim realm_access.roles is not a list');
  });

  it.each([
    ['ERR_JWT_CLAIM_VALIDATION_FAILED, unexpected "iss" claim value', { iss: 'https://secret.example' }],
    ['ERR_JWT_CLAIM_VALIDATION_FAILED, unexpected "aud" claim value', { aud: 'secret' }],
    ['sub is not 1 to 200 characters of text', { sub: 'secret'.repeat(50) }],
  ])('is refused with the reason %s, and nothing of what was in it', async (reason, claims) => {
    verifier = new TokenVerifier({ issuer, audience: 'shop', jwks: { url } });
    verifier.onModuleInit();
    await expect(verifier.verify(await token(first, claims))).rejects.toThrow(`Token refused: ${reason}.`);
  });
});
