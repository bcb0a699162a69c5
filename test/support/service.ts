// One service of the shop inside the test's own process: on a fresh database, a free port, the real event store, guard and validation.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Global, Module, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { ClientOptions } from '@app/clients';
import {
  dataSourceConnection,
  eventStoreMigrations,
  EventStoreModule,
  LocalKeyWrapping,
  grantRoles,
  type PostgresRuntimeOptions,
} from '@app/event-store';
import {
  configureHttp,
  ensureDevIssuer,
  httpAdapter,
  HttpModule,
  issueDevToken,
  type MigrationClass,
} from '@app/platform';
import { MetricsModule } from '../../libs/platform/src/telemetry/metrics.module.js';
import { urlOfDatabase, withClient } from '../../tools/postgres/databases.js';
import { noRateLimits } from '../../tools/system/no-rate-limits.js';
import { createTestDatabase } from './postgres.js';

export interface ServiceUnderTest {
  readonly app: NestFastifyApplication;
  /** As the owner: a test may do what the service may not. */
  readonly database: DataSource;
  /** What a typed client needs to be called as `user`; default role: `customer`. */
  as(user: string, role?: string): ClientOptions;
  /** A request as `user`, whatever it says; `role` empty: without a token. */
  send(request: TestRequest): Promise<TestAnswer>;
  close(): Promise<void>;
}

export interface TestRequest {
  readonly method?: string;
  readonly path: string;
  readonly user?: string;
  /** Default `customer`; several are separated by spaces. */
  readonly role?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is. */
  readonly body?: object | string;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Problem, object or list; the test knows which. */
  readonly body: Record<string, unknown>;
}

export interface ServiceOptions {
  readonly name: string;
  readonly migrations: readonly MigrationClass[];
  /** Configuration objects, injected by their class. */
  readonly configs?: readonly object[];
  /** Default: one that reaches nobody. */
  readonly broker?: PostgresRuntimeOptions['broker'];
  readonly orphanWaitMs?: number;
}

@Global()
@Module({})
class ConfigModule {}

const MIGRATIONS_TABLE = 'schema_migrations';

/** The service runs as a role that may add events and no more, as in production: whatever it needs beyond that, a test finds out. */
async function asAppRole(owner: DataSource, ownerUrl: string): Promise<{ url: string; dropRole: () => Promise<void> }> {
  const url = new URL(ownerUrl);
  const role = `${url.pathname.slice(1)}_app`;
  const password = randomBytes(12).toString('hex');
  await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  await owner.transaction((unit) =>
    grantRoles((sql, values) => unit.query(sql, values), { app: role }, MIGRATIONS_TABLE),
  );
  url.username = role;
  url.password = password;
  const dropRole = () =>
    withClient(urlOfDatabase(ownerUrl, 'postgres'), async (client) => void (await client.query(`DROP ROLE ${role}`)));
  return { url: url.href, dropRole };
}

export async function startService(context: Type, options: ServiceOptions): Promise<ServiceUnderTest> {
  const { url: ownerUrl, drop } = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'service-under-test-'));
  const { issuer, audience, jwksFile } = await ensureDevIssuer(join(folder, 'issuer'));
  const providers = (options.configs ?? []).map((useValue) => ({ provide: useValue.constructor as Type, useValue }));
  const { broker = { kind: 'memory' }, orphanWaitMs } = options;
  const personalData = { wrapping: new LocalKeyWrapping([randomBytes(32)]) };
  const owner = new DataSource({
    ...dataSourceConnection({ url: ownerUrl, applicationName: 'owner', poolSize: 2 }),
    migrations: [...eventStoreMigrations, ...options.migrations],
    migrationsTransactionMode: 'each',
    migrationsTableName: MIGRATIONS_TABLE,
    poolErrorHandler: () => undefined,
  });
  await owner.initialize();
  await owner.runMigrations();
  const { url, dropRole } = await asAppRole(owner, ownerUrl);
  const module = await Test.createTestingModule({
    imports: [
      { module: ConfigModule, providers, exports: providers },
      TypeOrmModule.forRoot({
        ...dataSourceConnection({ url, applicationName: options.name }),
        autoLoadEntities: true,
        poolErrorHandler: () => undefined,
      }),
      EventStoreModule.forRoot({
        service: options.name,
        databaseUrl: url,
        broker,
        orphanWaitMs,
        personalData,
        sealKeys: randomBytes(32).toString('hex'),
      }),
      HttpModule.forRoot({ issuer, audience, jwks: { file: jwksFile } }, noRateLimits),
      MetricsModule,
      context,
    ],
  }).compile();
  module.useLogger(['error', 'fatal']);
  const app = module.createNestApplication<NestFastifyApplication>(httpAdapter(), { bodyParser: false });
  configureHttp(app);
  await app.listen(0, '127.0.0.1');
  const address = await app.getUrl();
  const tokens = new Map<string, Promise<string>>();
  const tokenOf = (user: string, role: string): Promise<string> => {
    const token =
      tokens.get(`${role}:${user}`) ?? issueDevToken({ folder: join(folder, 'issuer'), user, roles: role.split(' ') });
    tokens.set(`${role}:${user}`, token);
    return token;
  };
  return {
    app,
    database: owner,
    as: (user, role = 'customer') => ({ baseUrl: address, token: () => tokenOf(user, role) }),
    async send({ method = 'GET', path, user = 'alice', role = 'customer', headers = {}, body }) {
      const answer = await fetch(`${address}${path}`, {
        method,
        headers: {
          ...(role && { authorization: `Bearer ${await tokenOf(user, role)}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        headers: answer.headers,
        body: (text ? JSON.parse(text) : {}) as Record<string, unknown>,
      };
    },
    async close() {
      await app.close();
      await owner.destroy();
      await drop();
      await dropRole();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
