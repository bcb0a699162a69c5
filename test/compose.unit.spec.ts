// docker-compose.yml and the Dockerfile keep their rules, and fit the services they start. Docker itself is not needed for that.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ConfigProblemsError, loadConfig, PlatformConfig, variablesOf, type ConfigClass } from '@app/platform';
import { contexts } from '../tools/contexts/registry.js';

interface Service {
  readonly image?: string;
  readonly build?: { readonly args?: Readonly<Record<string, string>>; readonly target?: string };
  readonly user?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly [other: string]: unknown;
}

const root = new URL('../', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The file as compose reads it, with these variables in the environment or in `.env`. */
function composeWith(variables: Readonly<Record<string, string>>): Readonly<Record<string, Service>> {
  const filled = text('docker-compose.yml').replaceAll(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, other: string) => {
    return variables[name] || other;
  });
  return (parse(filled, { merge: true }) as { services: Record<string, Service> }).services;
}

const services = composeWith({});
const named = Object.entries(services);
const apps = contexts().map(({ service }) => service); // none is left in a repository that is yet to have its own
const appServices = named.filter(([name]) => apps.includes(name));
const oneShots = named.filter(([, { restart }]) => restart === 'no');
const lasting = named.filter(([, { restart }]) => restart !== 'no');

const dockerfile = text('Dockerfile');
const stages = new Map(
  dockerfile
    .split(/^FROM /m)
    .slice(1)
    .map((stage) => [/ AS (\w+)/.exec(stage)![1]!, stage] as const),
);
const imageEnvironment = Object.fromEntries(
  [...`${stages.get('base')}${stages.get('service')}`.matchAll(/^ENV (.*)$/gm)].flatMap(([, line]) =>
    line!.split(' ').map((pair) => pair.split('=') as [string, string]),
  ),
);

const folder = mkdtempSync(join(tmpdir(), 'compose-'));
afterAll(() => rmSync(folder, { recursive: true }));
const jwksFile = join(folder, 'jwks.json');
writeFileSync(jwksFile, '{"keys":[{"kty":"EC","crv":"P-256","x":"eA","y":"eQ"}]}');
const sealKeyFile = join(folder, 'seal.key');
writeFileSync(sealKeyFile, `${randomBytes(32).toString('hex')}\n`);

/** What an app reads from its environment: the platform's variables, and those of the class its main.ts names. */
async function configsOf(app: string): Promise<readonly ConfigClass[]> {
  const main = text(`apps/${app}/src/main.ts`);
  const own = /^ {2}config: (\w+),$/m.exec(main)?.[1];
  if (own === undefined) return [PlatformConfig];
  const file = new RegExp(`import \\{ ${own} \\} from '\\./(.*)\\.js';`).exec(main)![1];
  const path = new URL(`apps/${app}/src/${file}.ts`, root).pathname;
  const module = (await import(/* @vite-ignore */ path)) as Record<string, ConfigClass>;
  return [PlatformConfig, module[own]!];
}

async function problemsOf(app: string, changes: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const { environment } = services[app]!;
  try {
    const files = { AUTH_JWKS_FILE: jwksFile, SEAL_KEY_FILE: sealKeyFile };
    loadConfig(await configsOf(app), { ...imageEnvironment, ...environment, ...files, ...changes });
  } catch (error) {
    if (!(error instanceof ConfigProblemsError)) throw error;
    return error.problems;
  }
  return [];
}

/** First and last host port, or one twice. */
function hostPorts(port: string): readonly [number, number] {
  const [first, last] = port.split(':').at(-2)!.split('-').map(Number);
  return [first!, last ?? first!];
}

describe('docker-compose.yml', () => {
  it('has every app, its migration before it, and nothing that claims to be an app', () => {
    const built = named.flatMap(([name, { build }]) =>
      build?.args?.['APP'] ? [`${name} of ${build.args['APP']}`] : [],
    );
    const expected = apps.flatMap((app) => [`${app} of ${app}`, `${app.replace(/-service$/, '-migration')} of ${app}`]);
    expect(new Set(built)).toEqual(new Set(expected));
  });

  it.each(apps)('gives %s an environment that it accepts, without a variable that nobody reads', async (app) => {
    expect(await problemsOf(app)).toEqual([]);
    const known = (await configsOf(app)).flatMap((config) =>
      variablesOf(config).flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : name)),
    );
    const set = [...Object.keys(services[app]!.environment!), ...Object.keys(imageEnvironment)];
    expect(set.filter((name) => !known.includes(name))).toEqual([]);
    expect(services[app]!.environment).toMatchObject({ MESSAGE_BROKER: 'kafka', RUN_MIGRATIONS: 'false' });
  });

  it.each(apps)(
    '%s refuses its passwords, its single broker, its master key and its token issuer in production',
    async (app) => {
      const refused = (await problemsOf(app, { NODE_ENV: 'production' })).map((problem) => problem.split(':')[0]);
      const everyService = new Set<unknown>(variablesOf(PlatformConfig).map(({ name }) => name));
      expect(refused.filter((name) => everyService.has(name))).toEqual([
        'DATABASE_URL',
        'PERSONAL_DATA_KEY',
        'AUTH_ISSUER',
        'KAFKA_REPLICATION_FACTOR',
      ]);
    },
  );

  it('is not changed by an .env that was copied from .env.example', () => {
    const pairs = [...text('.env.example').matchAll(/^([A-Z]\w*)=(.*)$/gm)].map(([, name, value]) => [name!, value!]);
    expect(composeWith(Object.fromEntries(pairs) as Record<string, string>)).toEqual(services);
    expect(composeWith({ KAFKA_HOST_PORT: '39092' })).not.toEqual(services);
  });

  it('publishes ports on the loopback address only, none twice', () => {
    const ports = named.flatMap(([, service]) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    const ranges = ports.map(hostPorts).sort(([a], [b]) => a - b);
    ranges.slice(1).forEach(([first], index) => expect(first).toBeGreaterThan(ranges[index]![1]));
  });

  it.each(appServices)('lets %s run in several replicas', (_name, { container_name: fixedName, ports }) => {
    expect(fixedName).toBeUndefined();
    for (const [first, last] of ports!.map(hostPorts)) expect(last - first).toBeGreaterThanOrEqual(1);
  });

  it.each(appServices)('starts %s after the database, the broker and its migration', (name, service) => {
    const migration = name.replace(/-service$/, '-migration');
    expect(service.depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      kafka: { condition: 'service_healthy' },
      [migration]: { condition: 'service_completed_successfully' },
    });
    const { command, environment, depends_on: after } = services[migration]!;
    expect(command).toEqual(['--migrate']);
    const { username, password, pathname } = new URL(service.environment!['DATABASE_URL']!);
    const owner = username.replace(/_service$/, '_owner');
    const { password: ownerPassword } = new URL(environment!['DATABASE_URL']!);
    expect(ownerPassword).not.toBe(password); // who breaks into the service cannot become the owner
    expect(environment).toEqual({
      ...service.environment,
      DATABASE_URL: service.environment!['DATABASE_URL']!.replace(
        `//${username}:${password}@`,
        `//${owner}:${ownerPassword}@`,
      ),
      DATABASE_APP_ROLE: username, // the service is not the owner: it can change no event
      DATABASE_READER_ROLE: username.replace(/_service$/, '_reader'),
      DATABASE_OPERATOR_ROLE: username.replace(/_service$/, '_operator'),
    });
    expect(`/${username}`).toBe(pathname);
    expect(after).toEqual({
      postgres: { condition: 'service_healthy' },
      token: { condition: 'service_completed_successfully' },
    });
  });

  it.skipIf(apps.length === 0)(
    'waits only for the health of what has a health check, and for the end of what ends',
    () => {
      const waits = named.flatMap(([, service]) => Object.entries(service.depends_on ?? {}));
      const awaited = (condition: string) =>
        waits.flatMap(([name, wait]) => (wait.condition === condition ? [name] : []));
      for (const name of awaited('service_healthy')) expect(services[name]!.healthcheck?.test, name).toBeDefined();
      // Each of them: `up --wait` fails when something ends that nobody waits for.
      expect(new Set(awaited('service_completed_successfully'))).toEqual(new Set(oneShots.map(([name]) => name)));
    },
  );

  it.each(lasting)('%s comes back by itself, and has the time to stop in order', (_name, service) => {
    expect(service.restart).toBe('unless-stopped');
    expect(Number(/^(\d+)s$/.exec(service.stop_grace_period!)![1])).toBeGreaterThan(25);
  });

  it.each(named)('%s has no rights that it does not need', (_name, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service).toMatchObject({ init: true, mem_limit: expect.any(String), pids_limit: expect.any(Number) });
    expect(service['cpus']).toBeOneOf([1, 2]); // more than a machine has, and Docker refuses to start it
    expect(service['privileged'] ?? service['cap_add'] ?? service['network_mode'] ?? 'none').toBe('none');
    if (service.build) return; // who it runs as is in the Dockerfile
    expect(service.user).toMatch(/^(?!root$|0)\w+$/);
    expect(service.image).toMatch(/^[\w./-]+:v?\d+\.\d+[\w.-]*$/);
  });

  it('PostgreSQL may have a process for each connection, beside its own', () => {
    const { command, pids_limit: limit } = services['postgres']!;
    const [, connections] = /max_connections=(\d+)/.exec(command!.join(' '))!;
    expect(limit).toBeGreaterThan(Number(connections) + 32);
  });

  it('every kind of role has a password of its own, which the script of the database gives it', () => {
    const { environment } = services['postgres']!;
    const passwords = Object.entries(environment!).filter(([name]) => name.endsWith('PASSWORD'));
    expect(new Set(passwords.map(([, password]) => password)).size).toBe(5); // the superuser's, too
    const sql = text('tools/compose/create-databases.sql');
    const variables = new Map(
      [...sql.matchAll(/^\\getenv (\w+) (\w+)$/gm)].map(([, name, variable]) => [name!, variable!]),
    );
    const given = [...sql.matchAll(/^CREATE ROLE \w+_([a-z]+) LOGIN PASSWORD :'(\w+)';$/gm)];
    for (const [, kind, name] of given) {
      const infix = kind === 'service' ? '' : `_${kind!.toUpperCase()}`;
      expect(variables.get(name!), kind).toBe(`DATABASE${infix}_PASSWORD`);
    }
    expect(given).toHaveLength([...sql.matchAll(/CREATE ROLE/g)].length);
    expect(given).toHaveLength(4 * apps.length);
    const users = named.flatMap(([, { environment: of }]) => of?.['DATABASE_URL'] ?? []).map((url) => new URL(url));
    for (const { username, password } of users)
      expect(password).toBe(
        environment![username.endsWith('_owner') ? 'DATABASE_OWNER_PASSWORD' : 'DATABASE_PASSWORD'],
      );
  });

  it.each(appServices)('%s is waited for until it is ready', (_name, { healthcheck }) => {
    expect(healthcheck!.test!.slice(0, 3)).toEqual(['CMD', 'node', '-e']);
    expect(healthcheck!.test![3]).toContain("/health/ready'");
  });

  it('what lasts has a health check, where its image has something to ask with', () => {
    const silent = lasting.flatMap(([name, { healthcheck }]) => (healthcheck?.test ? [] : [name]));
    expect(silent.sort()).toEqual(['collector', 'jaeger']);
  });

  it('the script of the database makes what the services connect to', () => {
    const sql = text('tools/compose/create-databases.sql');
    for (const [, { environment }] of appServices) {
      const { username, pathname } = new URL(environment!['DATABASE_URL']!);
      expect(sql).toContain(`CREATE ROLE ${username} LOGIN`);
      const owner = username.replace(/_service$/, '_owner');
      expect(sql).toContain(`CREATE ROLE ${owner} LOGIN`);
      expect(sql).toContain(`CREATE DATABASE ${pathname.slice(1)} OWNER ${owner};`);
      expect(sql).toContain(`REVOKE CONNECT ON DATABASE ${pathname.slice(1)} FROM PUBLIC;`);
      const operator = username.replace(/_service$/, '_operator');
      expect(sql).toContain(`CREATE ROLE ${operator} LOGIN`);
      const reader = username.replace(/_service$/, '_reader');
      expect(sql).toContain(`CREATE ROLE ${reader} LOGIN`);
      expect(sql).toContain(`GRANT CONNECT ON DATABASE ${pathname.slice(1)} TO ${username}, ${operator}, ${reader};`);
    }
    const { volumes } = services['postgres']!;
    expect(volumes).toContain('postgres-data:/var/lib/postgresql'); // elsewhere the image of 18 would not keep it
    expect(volumes).toContain(
      './tools/compose/create-databases.sql:/docker-entrypoint-initdb.d/create-databases.sql:ro',
    );
  });

  it('Kafka is one broker, reached by the services under its name, that makes no topics by itself', () => {
    const { environment } = services['kafka']!;
    expect(environment).toMatchObject({
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_LOG_DIRS: '/var/lib/kafka/data',
    });
    expect(services['kafka']!.volumes).toEqual(['kafka-data:/var/lib/kafka/data']);
    for (const [, { environment: app }] of appServices) {
      expect(environment!['KAFKA_ADVERTISED_LISTENERS']).toContain(`//${app!['KAFKA_BROKERS']},`);
      expect(app!['KAFKA_REPLICATION_FACTOR']).toBe('1');
    }
    const [port] = services['kafka']!.ports!;
    expect(environment!['KAFKA_ADVERTISED_LISTENERS']).toMatch(new RegExp(`//127\\.0\\.0\\.1:${hostPorts(port!)[0]}$`));
    expect(port).toMatch(/:29092$/);
    expect(environment!['KAFKA_LISTENERS']).toMatch(/HOST:\/\/:29092$/);
  });

  it('the services read the public keys where the token service writes them, and cannot write there', () => {
    const volume = 'dev-issuer:/app/data/dev-issuer';
    expect(services['token']!.volumes).toEqual([volume]);
    for (const [, { volumes, environment }] of appServices) {
      expect(volumes).toEqual([`${volume}:ro`]);
      expect(environment!['AUTH_JWKS_FILE']).toBe('data/dev-issuer/jwks.json');
    }
  });
});

describe('the Dockerfile', () => {
  it('builds on one exact Node, of the version that is recommended', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)]
      .map(([, base]) => base!)
      .filter((base) => !stages.has(base));
    expect(bases).toHaveLength(1);
    expect(bases[0]).toMatch(new RegExp(`^node:${text('.nvmrc').trim()}\\.\\d+\\.\\d+-[a-z]+-slim$`));
  });

  it('ends with the service, which takes its name from APP', () => {
    expect([...stages.keys()].at(-1)).toBe('service');
    expect(stages.get('service')).toMatch(/^ARG APP$/m);
  });

  it.each(['service', 'token'])('%s runs node itself, as a user that is not root', (stage) => {
    expect([...stages.get(stage)!.matchAll(/^USER (.*)$/gm)].map(([, user]) => user)).toEqual(['1000:1000']);
    expect(stages.get(stage)).toMatch(/^ENTRYPOINT \["node", /m);
  });

  it('asks a service whether it lives, which no database decides, without a shell or a download tool', () => {
    expect(stages.get('service')).toMatch(/^HEALTHCHECK .*\n {2}CMD \["node", "-e", "fetch\(.*\/health\/live'/m);
  });

  it('installs what the lock file says, runs no install script, and names no registry', () => {
    const installs = [...dockerfile.matchAll(/npm (ci|i|install)\b.*/g)].map(([line]) => line);
    expect(installs).toHaveLength(2);
    for (const line of installs) expect(line).toMatch(/^npm ci .*--ignore-scripts/);
    const hosts = [...dockerfile.matchAll(/https?:\/\/([^'"\s/:]+)/g)].map(([, host]) => host);
    expect(new Set(hosts)).toEqual(new Set(['127.0.0.1']));
  });

  it('is given nothing but what it is built from', () => {
    const [first, ...rest] = text('.dockerignore')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
    expect(first).toBe('*');
    const admitted = rest.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(admitted).not.toContain('.env');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) =>
      sources!.split(' '),
    );
    expect(copied.filter((path) => path !== '.' && !admitted.includes(path.split('/')[0]!))).toEqual([]);
  });

  it('the token tool imports only what its image has', () => {
    const importsOf = (path: string) => [...text(path).matchAll(/from '([^']+)'/g)].map(([, from]) => from!);
    const { dependencies } = JSON.parse(text('package.json')) as { dependencies: Record<string, string> };
    const foreign = (path: string) =>
      importsOf(path).filter((from) => !from.startsWith('node:') && dependencies[from] === undefined);
    const copied = [...stages.get('token')!.matchAll(/auth\/([\w-]+)\.js/g)].map(([, name]) => name!);
    const imported = [
      ...foreign('tools/token.ts').map((from) => from.replace('../libs/platform/src/auth/', './')),
      ...copied.flatMap((name) => foreign(`libs/platform/src/auth/${name}.ts`)),
    ];
    expect([...new Set(imported)].sort()).toEqual(copied.map((name) => `./${name}.js`).sort());
    // What no service imports is not compiled, and COPY with a pattern says nothing of what is not there.
    const compiled = new Set<string>();
    const follow = (path: string): void => {
      if (compiled.has(path)) return;
      compiled.add(path);
      for (const from of importsOf(path))
        if (from.startsWith('.')) follow(join(dirname(path), from.replace(/\.js$/, '.ts')));
    };
    follow('libs/platform/src/index.ts');
    const missing = copied.filter((name) => !compiled.has(`libs/platform/src/auth/${name}.ts`));
    expect(missing).toEqual([]);
  });
});
