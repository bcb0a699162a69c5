// A whole service as a process: what it says when it cannot start, that it works when it can, and how it ends.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { undocumented } from '../../../test/support/doors.js';
import { packService, type PackedService } from '../../../test/support/platform/packed-service.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';
import { ensureDevIssuer, issueDevToken } from './auth/dev-issuer.js';

const folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
const running = new Set<ChildProcess>();
let database: TestDatabase;
let bus: TestDatabase;
let service: PackedService;
let environment: Record<string, string>;

beforeAll(async () => {
  [database, bus] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  service = await packService('things-service');
  const { issuer, audience, jwksFile } = await ensureDevIssuer(folder);
  environment = {
    NODE_ENV: 'test',
    PORT: '0',
    DATABASE_URL: database.url,
    BUS_DATABASE_URL: bus.url,
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: audience,
    AUTH_JWKS_FILE: jwksFile,
  };
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await Promise.all([database.drop(), bus.drop(), service.remove()]);
  rmSync(folder, { recursive: true });
});

interface Service {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; output: string }>;
  readonly listening: Promise<string>;
  /** What it has said so far. */
  readonly output: () => string;
}

function start(variables: Record<string, string | undefined>, ...args: string[]): Service {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, ...environment, ...variables };
  const child = spawn(process.execPath, [service.entry, ...args], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // Not 'close': after disconnect() it never comes.
  const ends = [once(child, 'exit'), once(child.stdout!, 'end'), once(child.stderr!, 'end')] as const;
  const ended = Promise.all(ends).then(([[code]]) => {
    running.delete(child);
    return { code: code as number | null, output };
  });
  const said = new Promise<string>((resolve) => {
    child.on(
      'message',
      (message: { type?: string; url?: string }) => message.type === 'listening' && resolve(message.url!),
    );
  });
  const never = ended.then(({ output: text }) =>
    Promise.reject<string>(new Error(`ended before it listened: ${text}`)),
  );
  const listening = Promise.race([said, never]);
  listening.catch(() => undefined); // not every test waits for it
  return { child, ended, listening, output: () => output };
}

describe('a service', { timeout: 90_000 }, () => {
  it('with a wrong environment lists every problem, its own variables included, and exits 1', async () => {
    const variables = { PORT: 'eighty', DATABASE_URL: undefined, AUTH_ISSUER: '', THINGS: 'many' };
    const { code, output } = await start(variables).ended;
    expect(code).toBe(1);
    expect(output).toContain('things-service did not start. The environment is not right:');
    expect(output).toContain('- PORT: got "eighty"; expected a port');
    expect(output).toContain('- DATABASE_URL: it is not set; expected postgres://');
    expect(output).toContain('- AUTH_ISSUER: it is not set; expected');
    expect(output).toContain('- THINGS: got "many"; expected a number of things.');
  });

  it('has the owner’s URL in production only to migrate, and what is wrong with that one is said of its variable', async () => {
    const { host } = new URL(database.url);
    const nobody = `postgres://nobody:correct-horse-battery@${host}/things`;
    const variables = {
      NODE_ENV: 'production',
      DATABASE_URL: nobody,
      BUS_DATABASE_URL: nobody,
      MIGRATION_DATABASE_URL: nobody,
      AUTH_ISSUER: 'https://login.example.com/',
    };
    const refused = await start({ ...variables, RUN_MIGRATIONS: 'true' }).ended;
    expect([refused.code, refused.output]).toEqual([
      1,
      expect.stringContaining('MIGRATION_DATABASE_URL: expected to be unset'),
    ]);
    const migrated = await start(variables, '--migrate').ended;
    expect([migrated.code, migrated.output]).toEqual([
      1,
      expect.stringContaining('MIGRATION_DATABASE_URL: cannot use things on'),
    ]);
  });

  it('on a schema that lacks migrations says which and exits 1; with --migrate it runs them and exits 0', async () => {
    const refused = await start({}).ended;
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/things-service did not start: The database lacks .*CreateEventStore.* --migrate/);
    const migrated = await start({}, '--migrate').ended;
    expect(migrated.code).toBe(0);
    expect(migrated.output).toContain('Migrations run: CreateEventStore');
  });

  it('says where it listens, serves, and exits 0 on SIGTERM', async () => {
    const { child, listening, ended } = start({ RUN_MIGRATIONS: 'true', THINGS: '7' });
    const url = await listening;
    const token = await issueDevToken({ folder, user: 'alice', roles: ['customer'] });
    const get = (path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { headers });
    expect(await (await get('/things', { authorization: `Bearer ${token}` })).json()).toEqual({
      things: 7,
      user: 'alice',
    });
    expect((await get('/things')).status).toBe(401);
    await eventually(async () => {
      expect(await (await get('/health/ready')).json()).toMatchObject({
        status: 'ok',
        checks: { database: { status: 'up' } },
      });
    });
    const openApi = (await (await get('/docs-json')).json()) as Parameters<typeof undocumented>[0];
    expect(Object.keys(openApi.paths)).toEqual(['/health/live', '/health/ready', '/things']);
    expect(undocumented(openApi).filter((what) => !what.includes('/things'))).toEqual([]);
    expect((await get('/docs')).headers.get('content-type')).toMatch(/^text\/html/);
    child.kill('SIGTERM');
    const { code, output } = await ended;
    expect(code).toBe(0);
    expect(output.match(/things-service listens on http/g)).toHaveLength(1);
    expect(output.match(/Public routes: [^"]*/g)).toEqual([
      'Public routes: GET /health/live, GET /health/ready, GET /docs, GET /docs-json, GET /docs-yaml',
    ]);
    expect(output.split('\n').filter((line) => line && !line.startsWith('{'))).toEqual([]);
    expect(output).not.toContain(token);
  });

  it('is not ready while its schema lacks a migration, as after an older backup was restored under it', async () => {
    const { child, listening, ended } = start({ RUN_MIGRATIONS: 'true' });
    const url = await listening;
    const ready = async () => {
      const answer = await fetch(`${url}/health/ready`);
      const { checks } = (await answer.json()) as { checks: { migrations: object } };
      return [answer.status, checks.migrations];
    };
    await eventually(async () => expect(await ready()).toEqual([200, { status: 'up' }]));
    const owner = new pg.Client(database.url);
    await owner.connect();
    const { rows } = await owner.query<{ id: number; timestamp: string; name: string }>(
      'DELETE FROM schema_migrations WHERE id = (SELECT max(id) FROM schema_migrations) RETURNING *',
    );
    const { id, timestamp, name } = rows[0]!;
    await eventually(async () =>
      expect(await ready()).toEqual([503, { status: 'down', detail: 'the database lacks 1 migration(s)' }]),
    );
    await owner.query('INSERT INTO schema_migrations (id, timestamp, name) VALUES ($1, $2, $3)', [id, timestamp, name]);
    await owner.end();
    await eventually(async () => expect(await ready()).toEqual([200, { status: 'up' }]));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it('starts without its message bus, says in the log which variable it is about, and is degraded', async () => {
    const url = new URL(bus.url);
    url.pathname = '/no_such_database';
    const { child, listening, ended, output } = start({ RUN_MIGRATIONS: 'true', BUS_DATABASE_URL: url.href });
    const address = await listening;
    await eventually(async () => {
      const { status, checks } = (await (await fetch(`${address}/health/ready`)).json()) as Record<string, unknown>;
      expect([status, (checks as { broker: object }).broker]).toEqual([
        'degraded',
        { status: 'degraded', detail: 'The message bus cannot be used; messages wait.' },
      ]);
    });
    const line = /BUS_DATABASE_URL: the message bus cannot be used: .*no_such_database.* does not exist/;
    await eventually(() => expect(output()).toMatch(line));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it('takes the keys of its tokens from a login elsewhere, which may go away, and cannot know them where it was never reached', async () => {
    const login = createServer(
      (_request, response) => void readFile(environment['AUTH_JWKS_FILE']!).then((keys) => response.end(keys)),
    );
    await once(login.listen(0, '127.0.0.1'), 'listening');
    const AUTH_JWKS_URL = `http://127.0.0.1:${(login.address() as AddressInfo).port}/jwks`;
    const variables = { AUTH_JWKS_FILE: undefined, AUTH_JWKS_URL };
    const { child, ended, listening } = start(variables);
    const url = await listening;
    const things = async (address: string, issuer: string): Promise<Response> => {
      const token = await issueDevToken({ folder: issuer, user: 'alice', roles: ['customer'] });
      return fetch(`${address}/things`, { headers: { authorization: `Bearer ${token}` } });
    };
    const stranger = join(folder, 'stranger');
    await ensureDevIssuer(stranger);
    expect((await things(url, folder)).status).toBe(200);
    expect((await things(url, stranger)).status).toBe(401);
    login.closeAllConnections();
    await new Promise((closed) => login.close(closed));
    expect((await things(url, folder)).status).toBe(200);
    const late = start(variables);
    const refused = await things(await late.listening, folder);
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true]);
    for (const one of [child, late.child]) one.kill('SIGTERM');
    const [{ code }, { code: lateCode, output }] = await Promise.all([ended, late.ended]);
    expect([code, lateCode]).toEqual([0, 0]);
    expect(output).toContain('The key set at AUTH_JWKS_URL cannot be fetched');
  });

  it('ends by itself, with 0, when the process that started it is gone', async () => {
    const { child, listening, ended } = start({ RUN_MIGRATIONS: 'true' });
    await listening;
    child.disconnect();
    expect((await ended).code).toBe(0);
  });
});
