// A service that is started wrongly says which variable is wrong and what was expected, and ends with exit code 1 before it listens.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEV_AUDIENCE, DEV_ISSUER, ensureDevIssuer } from '../libs/platform/src/auth/dev-issuer.js';
import { buildOnce, entryOf, services, type ServiceName } from '../tools/system/build.js';

const password = 'a-password-nobody-guesses';
let jwksFile = '';

beforeAll(async () => {
  await buildOnce(() => undefined);
  ({ jwksFile } = await ensureDevIssuer());
});

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

describe.each(services)('%s', (service) => {
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

  it.each([
    ['NODE_ENV', 'prod'],
    ['PORT', '70000'],
    ['PORT', 'http'],
    ['DATABASE_URL', 'mysql://shop@127.0.0.1/shop'],
    ['MESSAGE_BROKER', 'rabbit'],
    ['BUS_DATABASE_URL', 'not a url'],
    ['RUN_MIGRATIONS', 'yes'],
    ['LOG_LEVEL', 'loud'],
    ['AUTH_JWKS_URL', 'https://issuer.example/jwks.json'], // together with AUTH_JWKS_FILE
  ])('refuses %s=%s and says what it expects', async (name, value) => {
    const { code, said } = await startWith(service, { [name]: value });
    expect(said).toMatch(
      /AUTH_JWKS/.test(name) ? /AUTH_JWKS_(FILE|URL): .*expected/ : new RegExp(`${name}: got .*expected`),
    );
    expect(code).toBe(1);
    expect(said).not.toContain(password);
  });

  it('asks for brokers when MESSAGE_BROKER is kafka', async () => {
    const { code, said } = await startWith(service, { MESSAGE_BROKER: 'kafka', BUS_DATABASE_URL: undefined });
    expect(said).toMatch(/KAFKA_BROKERS: it is not set; expected/);
    expect(code).toBe(1);
  });

  it('says that the database of DATABASE_URL cannot be reached, without its password', async () => {
    const { code, said } = await startWith(service, {});
    expect(said).toContain('DATABASE_URL');
    expect(said).toContain('ECONNREFUSED');
    expect(said).not.toContain(password);
    expect(code).toBe(1);
  });

  it('says that the file of AUTH_JWKS_FILE cannot be read', async () => {
    const { code, said } = await startWith(service, { AUTH_JWKS_FILE: '/nowhere/jwks.json' });
    expect(said).toContain('AUTH_JWKS_FILE');
    expect(said).toContain('/nowhere/jwks.json');
    expect(code).toBe(1);
  });

  it('refuses the development issuer and a default password in production', async () => {
    const { code, said } = await startWith(service, {
      NODE_ENV: 'production',
      DATABASE_URL: 'postgres://shop:postgres@127.0.0.1:1/shop',
    });
    expect(said).toMatch(/AUTH_ISSUER: got .*expected/);
    expect(said).toMatch(/DATABASE_URL: got a value of \d+ characters \(not shown\); expected/);
    expect(code).toBe(1);
  });
});

it('the payment service refuses troubles of the simulated gateway that it does not know', async () => {
  const { code, said } = await startWith('payment-service', { GATEWAY_FAULTS: 'explode:1' });
  expect(said).toMatch(/GATEWAY_FAULTS: got "explode:1"; expected/);
  expect(code).toBe(1);
});
