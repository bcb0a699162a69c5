// A service that is started wrongly says which variable is wrong and what was expected, and ends with exit code 1 before it listens.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEV_AUDIENCE, DEV_ISSUER, ensureDevIssuer } from '../libs/platform/src/auth/dev-issuer.js';
import { buildOnce, entryOf } from '../tools/system/build.js';
import { services, type ServiceName } from '../tools/system/services.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';

// What every service gets from the platform is tried on one of them: a start takes seconds.
const [anyOfThem] = services();
const password = 'a-password-nobody-guesses';
let jwksFile = '';
let database: TestDatabase;
/** A start that waits for its database for half a minute: what else there is to see is seen meanwhile. */
let inVain: Promise<Ending> | undefined;

beforeAll(async () => {
  await buildOnce(() => undefined);
  ({ jwksFile } = await ensureDevIssuer());
  database = await createTestDatabase();
  if (anyOfThem !== undefined) inVain = startWith(anyOfThem, {});
}, 240_000);
afterAll(() => database.drop());

/** The database of the test, with one part of its URL wrong. */
function urlWith(wrong: { pathname?: string; password?: string }): string {
  return Object.assign(new URL(database.url), wrong).href;
}

/** Nothing listens on port 1, so that a start which gets past its configuration ends there. */
const right = (): Record<string, string> => ({
  NODE_ENV: 'development',
  PORT: '0',
  DATABASE_URL: `postgres://shop:${password}@127.0.0.1:1/shop`,
  BUS_DATABASE_URL: `postgres://shop:${password}@127.0.0.1:1/bus`,
  MESSAGE_BROKER: 'postgres',
  AUTH_ISSUER: DEV_ISSUER,
  AUTH_AUDIENCE: DEV_AUDIENCE,
  AUTH_JWKS_FILE: jwksFile,
});

interface Ending {
  readonly code: number | null;
  readonly said: string;
}

/** `undefined` takes a variable away. */
function startWith(service: ServiceName, changes: Record<string, string | undefined>): Promise<Ending> {
  const env = Object.fromEntries(Object.entries({ ...right(), ...changes }).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(process.cwd(), entryOf(service))], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}

describe.each(services())('%s', (service) => {
  it('names every missing variable at once', async () => {
    const required = [
      'NODE_ENV',
      'PORT',
      'DATABASE_URL',
      'BUS_DATABASE_URL',
      'AUTH_ISSUER',
      'AUTH_AUDIENCE',
      'AUTH_JWKS_FILE',
    ];
    const { code, said } = await startWith(service, Object.fromEntries(required.map((name) => [name, undefined])));
    expect(code).toBe(1);
    for (const name of required) expect(said).toMatch(new RegExp(`${name}: it is not set; expected`));
  });

  it('names every variable that is wrong at once, and says what it expects', async () => {
    const wrong = {
      NODE_ENV: 'prod',
      PORT: '70000',
      DATABASE_URL: 'mysql://shop@127.0.0.1/shop',
      MESSAGE_BROKER: 'rabbit',
      KAFKA_BROKERS: 'kafka-1,kafka-2:9092',
      ORPHAN_WAIT_MS: '-1',
      RUN_MIGRATIONS: 'yes',
      LOG_LEVEL: 'loud',
      AUTH_JWKS_FILE: '/nowhere/jwks.json',
    };
    const { code, said } = await startWith(service, wrong);
    for (const name of Object.keys(wrong)) expect(said).toMatch(new RegExp(`${name}: got .*expected`));
    expect(code).toBe(1);
    expect(said).not.toContain(password);
  });
});

describe.skipIf(anyOfThem === undefined)('any service', () => {
  it('refuses a port that is no number, a bus that is none, and keys from two places', async () => {
    const { code, said } = await startWith(anyOfThem!, {
      PORT: 'http',
      BUS_DATABASE_URL: 'not a url',
      AUTH_JWKS_URL: 'https://issuer.example/jwks.json', // together with AUTH_JWKS_FILE
    });
    expect(said).toMatch(/PORT: got .*expected/);
    expect(said).toMatch(/BUS_DATABASE_URL: got .*expected/);
    expect(said).toMatch(/AUTH_JWKS_FILE: .*expected/);
    expect(code).toBe(1);
  });

  it('refuses kafka without brokers', async () => {
    const { code, said } = await startWith(anyOfThem!, { MESSAGE_BROKER: 'kafka' });
    expect(said).toMatch(/KAFKA_BROKERS: it is not set; expected host:port/);
    expect(code).toBe(1);
  });

  it('says that there is no such database as DATABASE_URL names, or that it does not let the user in', async () => {
    for (const wrong of [urlWith({ pathname: '/nowhere' }), urlWith({ password })]) {
      const { code, said } = await startWith(anyOfThem!, { DATABASE_URL: wrong });
      expect(said).toMatch(/did not start: DATABASE_URL: /);
      expect(said).not.toContain(password);
      expect(code).toBe(1);
    }
  });

  it('refuses the development issuer and a default password in production', async () => {
    const { code, said } = await startWith(anyOfThem!, {
      NODE_ENV: 'production',
      DATABASE_URL: 'postgres://shop:postgres@127.0.0.1:1/shop',
    });
    expect(said).toMatch(/AUTH_ISSUER: got .*expected/);
    expect(said).toMatch(/DATABASE_URL: got a value of \d+ characters \(not shown\); expected/);
    expect(code).toBe(1);
  });

  it('says that nothing answers at DATABASE_URL once it has waited for it in vain', async () => {
    const { code, said } = await inVain!;
    expect(said).toMatch(/did not start: DATABASE_URL: .*ECONNREFUSED/);
    expect(said).not.toContain(password);
    expect(code).toBe(1);
  });
});
