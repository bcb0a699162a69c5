// The connections of a service: what happens when its requests have taken them all, and when they are closed.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { packService, type PackedService } from '../../../../test/support/platform/packed-service.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/postgres.js';
import { withClient } from '../../../../tools/postgres/index.js';
import { ensureDevIssuer } from '../auth/dev-issuer.js';

const SLOW_REQUESTS = 50;
/** What deploy.md says of a replica. */
const CONNECTIONS_AT_MOST = 40;
const OF_REQUESTS = 10;

describe('a service and its connections', { timeout: 90_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pools-'));
  let databases: TestDatabase[];
  let packed: PackedService;
  let service: ChildProcess;
  let ended: Promise<unknown[]>;
  let url: string;

  beforeAll(async () => {
    databases = await Promise.all([createTestDatabase(), createTestDatabase()]);
    const { issuer, audience, jwksFile } = await ensureDevIssuer(folder);
    const { PATH, HOME } = process.env;
    const env = {
      PATH,
      HOME,
      NODE_ENV: 'test',
      LOG_LEVEL: 'error',
      REQUEST_DEADLINE_MS: '20000', // longer than its slow requests take
      PORT: '0',
      DATABASE_URL: databases[0]!.url,
      BUS_DATABASE_URL: databases[1]!.url,
      RUN_MIGRATIONS: 'true',
      AUTH_ISSUER: issuer,
      AUTH_AUDIENCE: audience,
      AUTH_JWKS_FILE: jwksFile,
    };
    packed = await packService('busy-service');
    service = fork(packed.entry, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    ended = once(service, 'exit');
    const [{ url: listening }] = (await once(service, 'message')) as [{ url: string }];
    url = listening;
  }, 60_000);
  afterAll(async () => {
    service.kill('SIGKILL'); // of a test that failed; one that has ended hears nothing
    await ended;
    await Promise.all([...databases.map((one) => one.drop()), packed.remove()]);
    rmSync(folder, { recursive: true });
  });

  const count = (database: TestDatabase, text: string) =>
    withClient(database.url, async (client) => Number((await client.query<{ n: string }>(text)).rows[0]!.n));
  const connections = (condition: string) =>
    count(
      databases[0]!,
      `SELECT count(*) AS n FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'busy-service%' AND ${condition}`,
    );
  const published = () => count(databases[1]!, `SELECT count(*) AS n FROM bus.messages`);

  it('with all of them taken answers 503 to those who wait too long, is ready, and works off its log: handlers and relay go on [32]', async () => {
    const ready = async () => {
      const { status } = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
      return status;
    };
    await eventually(async () => expect(await ready()).toBe(200));
    const idle = await connections('true');
    const slow = Array.from({ length: SLOW_REQUESTS }, () => fetch(`${url}/slow`));
    for (const one of slow) one.catch(() => undefined); // heard below, where the test gets there
    const began = Date.now();
    await eventually(async () => expect(await connections(`query LIKE '%pg_sleep%'`)).toBe(OF_REQUESTS));
    let rung = 0;
    let most = idle;
    while (Date.now() - began < 8_000) {
      expect(await ready()).toBe(200);
      expect((await fetch(`${url}/ring`, { method: 'POST' })).status).toBe(201);
      rung += 1;
      await eventually(async () => {
        expect(await (await fetch(`${url}/handled`)).json()).toEqual({ handled: rung });
        expect(await published()).toBe(rung);
      });
      most = Math.max(most, await connections('true'));
    }
    expect(await connections(`query LIKE '%pg_sleep%'`), 'still used up').toBe(OF_REQUESTS);
    const answers = await Promise.all(slow);
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(refused.length).toBeGreaterThanOrEqual(SLOW_REQUESTS - 2 * OF_REQUESTS);
    expect(refused.every(({ headers }) => headers.get('retry-after') === '1')).toBe(true);
    expect([idle, most]).toEqual([
      expect.toSatisfy((n: number) => n <= 12),
      expect.toSatisfy((n: number) => n <= CONNECTIONS_AT_MOST),
    ]);
  });

  it('closes them last: a request that is in hand when the service is asked to stop still reads and writes [45]', async () => {
    const inHand = once(service, 'message');
    const late = fetch(`${url}/ring-late`, { method: 'POST' });
    late.catch(() => undefined); // heard below
    const [said] = await inHand;
    expect(said).toEqual({ type: 'in hand' });
    service.kill('SIGTERM');
    expect((await late).status).toBe(201);
    expect(await ended).toEqual([0, null]);
  });
});
