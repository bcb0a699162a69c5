// A service with a wrong environment says everything that is wrong with it, at once, and gives no secret away.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsOptional, Min } from 'class-validator';
import { afterAll, describe, expect, it } from 'vitest';
import { Env, variablesOf } from './env.decorator.js';
import { ConfigProblemsError, loadConfig, type Environment } from './load-config.js';
import { PlatformConfig } from './platform.config.js';
import { StrongInProduction } from './rules.js';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const jwks = join(folder, 'jwks.json');
writeFileSync(jwks, '{"keys":[{"kty":"EC","crv":"P-256","x":"eA","y":"eQ"}]}');

const right: Environment = {
  NODE_ENV: 'development',
  PORT: '3000',
  DATABASE_URL: 'postgres://app:pw@localhost:5432/orders',
  BUS_DATABASE_URL: 'postgresql://app@localhost/bus',
  AUTH_ISSUER: 'urn:dev-issuer',
  AUTH_AUDIENCE: 'shop',
  AUTH_JWKS_FILE: jwks,
};
const strong = 'postgres://app:correct-horse-battery@db/orders';
const production: Environment = {
  ...right,
  NODE_ENV: 'production',
  DATABASE_URL: strong,
  BUS_DATABASE_URL: strong,
  AUTH_ISSUER: 'https://login.example.com/',
};

const sealKey = createHash('sha256').update('any').digest('hex');
const load = (environment: Environment) => loadConfig([PlatformConfig], environment)[0];
const problems = (environment: Environment): readonly string[] => {
  try {
    load(environment);
  } catch (error) {
    if (error instanceof ConfigProblemsError) return error.problems;
    throw error;
  }
  return [];
};
const names = (environment: Environment) => problems(environment).map((problem) => problem.split(':')[0]);

describe('the environment of a service', () => {
  it('is read with its types and its defaults', () => {
    expect(load(right)).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      RUN_MIGRATIONS: false,
      MESSAGE_BROKER: 'postgres',
      KAFKA_PREFIX: '',
      AUTH_ROLES_CLAIM: 'roles',
      ORPHAN_WAIT_MS: 300_000,
      HANDLER_DEADLINE_MS: 30_000,
    });
    expect(load({ ...right, RUN_MIGRATIONS: 'true' }).RUN_MIGRATIONS).toBe(true);
    for (const CORS_ORIGINS of ['http://localhost:5173', 'https://a.example, https://b.example:8443'])
      expect(load({ ...right, CORS_ORIGINS }).CORS_ORIGINS).toBe(CORS_ORIGINS);
    for (const TRUST_PROXY of ['10.0.0.0/8', '127.0.0.1, ::1', 'fd00::/8'])
      expect(load({ ...right, TRUST_PROXY }).TRUST_PROXY).toBe(TRUST_PROXY);
  });

  it('is refused with all its problems at once', () => {
    expect(names({})).toEqual([
      'NODE_ENV',
      'PORT',
      'DATABASE_URL',
      'BUS_DATABASE_URL',
      'AUTH_ISSUER',
      'AUTH_AUDIENCE',
      'AUTH_JWKS_FILE',
    ]);
  });

  it('a problem names the variable, what came and what is expected', () => {
    expect(problems({ ...right, PORT: 'eighty' })).toEqual([
      'PORT: got "eighty"; expected a port from 0 to 65535; 0 takes a free one.',
    ]);
    expect(problems({ ...right, AUTH_AUDIENCE: '' })[0]).toContain('AUTH_AUDIENCE: it is not set; expected');
  });

  it('a secret is never shown', () => {
    const [problem] = problems({ ...right, DATABASE_URL: 'mysql://root:hunter2@db/x' });
    expect(problem).toContain('DATABASE_URL: got a value of 25 characters (not shown)');
    expect(problem).not.toContain('hunter2');
  });

  it.each([
    ['NODE_ENV', 'prod'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PORT', '1e3'],
    ['HOST', 'a b'],
    ['MAX_REQUESTS_IN_FLIGHT', '0'],
    ['REQUEST_DEADLINE_MS', '99'],
    ['REQUEST_DEADLINE_MS', '24001'],
    ['RUN_MIGRATIONS', 'yes'],
    ['MESSAGE_BROKER', 'rabbit'],
    ['LOG_LEVEL', 'loud'],
    ['KAFKA_PREFIX', 'shop/'],
    ['DEAD_LETTER_TOPIC', 'order dead letters'],
    ['KAFKA_REPLICATION_FACTOR', '0'],
    ['KAFKA_REPLICATION_FACTOR', 'three'],
    ['KAFKA_TLS', 'yes'],
    ['KAFKA_TLS_CA', 'certs/ca.pem'],
    ['SEAL_KEY', 'short'],
    ['SEAL_KEY', `${sealKey},`],
    ['SEAL_KEY', '0'.repeat(64)],
    ['SEAL_KEY', '0123456789abcdef'.repeat(4)],
    ['SEAL_KEY', `${sealKey},${'ab'.repeat(32)}`],
    ['ORPHAN_WAIT_MS', '0'],
    ['ORPHAN_WAIT_MS', '5m'],
    ['ORPHAN_WAIT_MS', '2592000001'],
    ['HANDLER_DEADLINE_MS', '999'],
    ['HANDLER_DEADLINE_MS', '50001'],
    ['DATABASE_URL', 'localhost'],
    ['DATABASE_URL', 'postgres://localhost'],
    ['BUS_DATABASE_URL', 'not a url'],
    ['BUS_DATABASE_URL', 'postgres://app@localhost:port/bus'],
    ['BUS_DATABASE_URL', 'postgres://app:%zz@localhost/bus'],
    ['BUS_DATABASE_URL', 'postgres://app@localhost/%'],
    ['DATABASE_URL', 'postgres://app:pw@localhost/orders?password=other'],
    ['DATABASE_URL', 'postgres://app:pw@localhost/orders?sslmode=require&user=postgres'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:pw@collector:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user@collector:4318'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.0/8,'],
    ['TRUST_PROXY', 'proxy.example.com'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'null'],
    ['CORS_ORIGINS', 'shop.example.com'],
    ['CORS_ORIGINS', 'https://shop.example.com/'],
    ['CORS_ORIGINS', 'https://*.example.com'],
    ['CORS_ORIGINS', 'https://Shop.example.com'],
    ['CORS_ORIGINS', 'https://shop.example.com:443'],
    ['CORS_ORIGINS', 'https://shop.example.com,'],
    ['CORS_ORIGINS', 'ftp://shop.example.com'],
    ['RATE_LIMIT_WINDOW_SECONDS', '0'],
    ['RATE_LIMIT_PER_USER', '0'],
    ['RATE_LIMIT_PER_ADDRESS', 'none'],
    ['AUTH_ROLES_CLAIM', 'realm_access.'],
    ['AUTH_ROLES_CLAIM', 'two words'],
    ['AUTH_JWKS_URL', 'https://also.example.com/jwks'],
  ])('%s=%s is refused', (name, value) => {
    expect(names({ ...right, [name]: value })).toEqual([name === 'AUTH_JWKS_URL' ? 'AUTH_JWKS_FILE' : name]);
  });

  it('a broker that there is not is refused', () => {
    expect(problems({ ...right, MESSAGE_BROKER: 'rabbit' })[0]).toMatch(
      /^MESSAGE_BROKER: got "rabbit"; expected kafka, postgres or memory/,
    );
  });

  it.each([
    ['', 'an empty file'],
    ['-----BEGIN PUBLIC KEY-----', 'a file that holds no JSON'],
    ['{"secret-4711":1}', 'a file whose JSON has no list "keys"'],
    ['[]', 'a file whose JSON has no list "keys"'],
    ['null', 'a file whose JSON has no list "keys"'],
    ['{"keys":{}}', 'a file whose JSON has no list "keys"'],
    ['{"keys":[]}', 'a file with an empty list of keys'],
    ['{"keys":[1]}', 'a file with a key that has no "kty"'],
    ['{"keys":[{"kty":"EC","d":"secret-4711"}]}', 'a file with a private or secret key'],
  ])('a key set file that holds %j is refused: %s', (content, what) => {
    const file = join(folder, 'other.json');
    writeFileSync(file, content);
    const [problem] = problems({ ...right, AUTH_JWKS_FILE: file });
    expect(problem).toMatch(`AUTH_JWKS_FILE: got ${JSON.stringify(file)}, ${what}; expected the path of a JWKS file`);
    expect(problem).not.toContain('secret-4711');
  });

  it('a key set file that is not there is refused', () => {
    expect(problems({ ...right, AUTH_JWKS_FILE: '/nowhere' })[0]).toContain(
      '"/nowhere", a file that cannot be read (ENOENT)',
    );
  });

  it('a secret may come as a file, but not both ways', () => {
    const file = join(folder, 'database-url');
    writeFileSync(file, `${right.DATABASE_URL}\n`);
    expect(load({ ...right, DATABASE_URL: undefined, DATABASE_URL_FILE: file }).DATABASE_URL).toBe(right.DATABASE_URL);
    expect(problems({ ...right, DATABASE_URL_FILE: file })[0]).toContain('both DATABASE_URL and DATABASE_URL_FILE');
    writeFileSync(file, '\n');
    const empty = [{ DATABASE_URL: undefined, DATABASE_URL_FILE: file }, { SEAL_KEY_FILE: file }];
    expect(empty.map((given) => problems({ ...right, ...given })[0]!.split(';')[0])).toEqual([
      `DATABASE_URL: DATABASE_URL_FILE names ${JSON.stringify(file)}, a file that is empty`,
      `SEAL_KEY: SEAL_KEY_FILE names ${JSON.stringify(file)}, a file that is empty`,
    ]);
    const missing = { ...right, DATABASE_URL: undefined, DATABASE_URL_FILE: join(folder, 'none') };
    expect(problems(missing)[0]).toContain('DATABASE_URL_FILE names a file that cannot be read (ENOENT)');
  });
});

describe('kafka', () => {
  const kafka: Environment = {
    ...right,
    BUS_DATABASE_URL: undefined,
    MESSAGE_BROKER: 'kafka',
    KAFKA_BROKERS: 'kafka-1:9092,10.0.0.2:9093',
  };

  it('needs its brokers, and no bus database', () => {
    expect(problems(kafka)).toEqual([]);
    expect(problems({ ...kafka, KAFKA_BROKERS: '' })).toEqual([
      'KAFKA_BROKERS: it is not set; expected host:port[,host:port], which must be set when MESSAGE_BROKER is kafka.',
    ]);
  });

  it.each([
    ['kafka', 'of which "kafka" has no port'],
    ['kafka:0', 'of which "kafka:0" has port 0, which is not from 1 to 65535'],
    ['kafka:65536', 'of which "kafka:65536" has port 65536, which is not from 1 to 65535'],
    ['kafka://k:9092', 'of which "kafka://k:9092" is a URL'],
    ['k:9092,', 'of which "" is empty'],
    ['a b:9092', 'of which "a b:9092" is no host:port'],
    ['k:9092,:9092,k', 'of which ":9092" is no host:port and "k" has no port'],
  ])('refuses KAFKA_BROKERS=%s and names each address that is wrong', (value, trouble) => {
    expect(problems({ ...kafka, KAFKA_BROKERS: value })).toEqual([
      `KAFKA_BROKERS: got ${JSON.stringify(value)}, ${trouble}; expected host:port[,host:port], which must be set when MESSAGE_BROKER is kafka.`,
    ]);
  });

  it('may be used in production, where a topic has more than one copy', () => {
    const inProduction = { ...production, ...kafka, NODE_ENV: 'production', DATABASE_URL: strong };
    const environment = { ...inProduction, AUTH_ISSUER: 'https://login.example.com/' };
    expect(problems(environment)).toEqual([]);
    expect(names({ ...environment, KAFKA_REPLICATION_FACTOR: '1' })).toEqual(['KAFKA_REPLICATION_FACTOR']);
    expect(load({ ...environment, KAFKA_REPLICATION_FACTOR: '2' }).KAFKA_REPLICATION_FACTOR).toBe(2);
  });

  it('has to say who it is where it says how, and no password goes over the wire as it is', () => {
    const asks = { ...production, KAFKA_SASL_MECHANISM: 'scram-sha-512' };
    expect(names(asks)).toEqual(['KAFKA_USERNAME', 'KAFKA_PASSWORD']);
    const says = { ...asks, KAFKA_USERNAME: 'orders', KAFKA_PASSWORD: 'correct-horse' };
    expect(problems(says)).toEqual([]);
    const plain = { ...says, KAFKA_SASL_MECHANISM: 'plain' };
    expect(names(plain)).toEqual(['KAFKA_SASL_MECHANISM']);
    expect(problems({ ...plain, KAFKA_TLS: 'true' })).toEqual([]);
    expect(problems({ ...plain, NODE_ENV: 'development' })).toEqual([]);
    const ca = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
    expect(names({ ...production, KAFKA_TLS_CA: ca })).toEqual(['KAFKA_TLS_CA']);
    expect(problems({ ...production, KAFKA_TLS_CA: ca, KAFKA_TLS: 'true' })).toEqual([]);
    expect(names({ ...production, KAFKA_PASSWORD: 'correct-horse' })).toEqual(['KAFKA_PASSWORD']);
    expect(names({ ...says, KAFKA_SASL_MECHANISM: 'gssapi' })).toEqual(['KAFKA_SASL_MECHANISM']);
  });
});

/** What people leave as it was, in all the spellings that get past a length. */
const defaults = [
  'mysecretpassword',
  'postgrespostgres',
  'aaaaaaaaaaaa',
  'ababababababab',
  'Password12345678',
  'change-me-please',
  'changemechangeme',
  'POSTGRES_PASSWORD',
  'development-secret',
  'admin1234567',
  'letmein_letmein',
  'short-one',
];

describe('production', () => {
  it('boots with strong values', () =>
    expect(problems({ ...production, SEAL_KEY: `${sealKey}, ${sealKey.toUpperCase()}` })).toEqual([]));

  it.each(defaults)('refuses the password %s wherever there is one, which development takes', (password) => {
    const url = `postgres://app:${password}@db/orders`;
    const weak = {
      ...production,
      DATABASE_URL: url,
      BUS_DATABASE_URL: url,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_USERNAME: 'orders',
      KAFKA_PASSWORD: password,
    };
    expect(names(weak)).toEqual(['DATABASE_URL', 'BUS_DATABASE_URL', 'KAFKA_PASSWORD']);
    expect(names({ ...weak, NODE_ENV: 'development' })).toEqual([]);
  });

  it.each<[string, string]>([
    ['AUTH_ISSUER', 'urn:dev-issuer'],
    ['DATABASE_URL', 'postgres://app@db/orders'],
    ['DATABASE_URL', 'postgres://app:short@db/orders'],
    ['DATABASE_URL', 'postgres://app:postgres@db/orders'],
    ['MESSAGE_BROKER', 'memory'],
  ])('refuses %s=%s', (name, value) => expect(names({ ...production, [name]: value })).toEqual([name]));

  it('refuses a secret that is set and empty, which development takes for unset', () => {
    for (const name of ['SEAL_KEY', 'SEAL_KEY_FILE', 'PERSONAL_DATA_KEY']) {
      expect(problems({ ...production, [name]: '' })[0]).toContain(`: ${name} is empty; expected`);
      expect(problems({ ...right, [name]: '' })).toEqual([]);
    }
    const file = join(folder, 'seal-key');
    writeFileSync(file, sealKey);
    expect(problems({ ...production, SEAL_KEY: '', SEAL_KEY_FILE: file })).toEqual([]);
  });

  it('is known to the rules of a service of its own variables', () => {
    class OwnConfig {
      @Env('text', { expected: 'a password', secret: true })
      @StrongInProduction()
      readonly OWN_PASSWORD: string;
    }
    const given = { OWN_PASSWORD: 'short' };
    expect(() => loadConfig([OwnConfig], { ...given, NODE_ENV: 'production' })).toThrow('OWN_PASSWORD: got');
    expect(Object.entries(loadConfig([OwnConfig], given)[0])).toEqual(Object.entries(given));
  });

  it('fetches keys over https only', () => {
    const url = { ...production, AUTH_JWKS_FILE: undefined };
    expect(names({ ...url, AUTH_JWKS_URL: 'http://login.example.com/jwks' })).toEqual(['AUTH_JWKS_URL']);
    expect(names({ ...url, AUTH_JWKS_URL: 'https://login.example.com/jwks' })).toEqual([]);
    for (const who of ['user:pw@', 'user@', ':pw@'])
      expect(names({ ...url, AUTH_JWKS_URL: `https://${who}login.example.com/jwks` })).toEqual(['AUTH_JWKS_URL']);
  });
});

describe('a service of its own variables', () => {
  class GatewayConfig {
    @Env('integer', { expected: 'milliseconds from 0' })
    @Min(0)
    readonly GATEWAY_DELAY_MS: number = 50;

    @Env('text', { expected: 'the key the gateway gave', secret: true })
    @IsOptional()
    readonly GATEWAY_KEY?: string;
  }

  it('has them checked with those of the platform', () => {
    expect(() => loadConfig([PlatformConfig, GatewayConfig], { ...right, PORT: 'x', GATEWAY_DELAY_MS: '-5' })).toThrow(
      /PORT: got "x".*\n.*GATEWAY_DELAY_MS: got "-5"; expected milliseconds from 0/,
    );
    const [, gateway] = loadConfig([PlatformConfig, GatewayConfig], { ...right, GATEWAY_DELAY_MS: '0' });
    expect(gateway).toBeInstanceOf(GatewayConfig);
    expect(gateway.GATEWAY_DELAY_MS).toBe(0);
  });

  it('has a secret inspected wherever it came from, and never shown', () => {
    class VaultConfig {
      @Env('text', { expected: 'a key', secret: true, inspect: () => 'which opens nothing' })
      readonly VAULT_KEY: string;
    }
    const file = join(folder, 'vault-key');
    writeFileSync(file, 'hunter2');
    for (const given of [{ VAULT_KEY: 'hunter2' }, { VAULT_KEY_FILE: file }])
      expect(() => loadConfig([VaultConfig], given)).toThrow(
        'VAULT_KEY: got a value of 7 characters (not shown), which opens nothing; expected a key.',
      );
  });

  it('does not ignore an optional secret whose file cannot be read', () => {
    expect(() => loadConfig([GatewayConfig], { GATEWAY_KEY_FILE: join(folder, 'none') })).toThrow(/GATEWAY_KEY_FILE/);
  });
});

describe('.env.example', () => {
  const example = readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8');
  const listed = new Map(
    [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name, value]) => [name!, value!] as const),
  );

  it('lists every variable of the platform', () => {
    const missing = variablesOf(PlatformConfig).filter(({ name }) => !listed.has(name));
    expect(missing).toEqual([]);
  });

  it('lists every variable of every service, and none that nobody reads', () => {
    const root = new URL('../../../../', import.meta.url);
    const sources = readdirSync(new URL('apps/', root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
      .map((file) => readFileSync(new URL(`apps/${file}`, root), 'utf8'));
    const declared = sources.flatMap((text) => [...text.matchAll(/@Env\([\s\S]*?readonly ([A-Z][A-Z0-9_]*)/g)]);
    // None has slipped through the pattern; without a context of its own a repository has none at all.
    expect(declared).toHaveLength(sources.flatMap((text) => [...text.matchAll(/@Env\(/g)]).length);
    expect(declared.map(([, name]) => name).filter((name) => !listed.has(name!))).toEqual([]);
    const known = new Set([
      ...declared.map(([, name]) => name!),
      ...variablesOf(PlatformConfig).map(({ name }) => name),
    ]);
    expect([...listed.keys()].filter((name) => !known.has(name))).toEqual([]);
  });

  it('holds no usable secret: production refuses what it shows', () => {
    const secrets = variablesOf(PlatformConfig).flatMap(({ name, secret }) => (secret ? [name] : []));
    const shown = Object.fromEntries(secrets.map((name) => [name, listed.get(name)]));
    // One without a value is refused, too: production takes no secret that is empty.
    expect(new Set(names({ ...production, ...shown }))).toEqual(new Set(secrets));
    expect(secrets.length).toBeGreaterThan(0);
  });
});
