// PostgreSQL that is there and still cannot serve: read only, out of connections, locked, frozen, out of space. Orders are played on all the while.
import { randomUUID } from 'node:crypto';
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withClient } from '../../tools/postgres/index.js';
import { eventually } from '../support/eventually.js';
import { freezePostgres } from '../support/frozen-postgres.js';
import { ask, expectProblem, type Answer } from '../support/http.js';
import { makeRunFolder } from '../support/run-folder.js';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.js';
import { stopsForWantOfSpace } from '../support/want-of-space.js';
import { startWholeSystem } from '../support/whole-system.js';
import { Arena } from './arena.js';
import { busUnderFire } from './bus-under-fire.js';
import { closeDatabase, openDatabase } from './databases.js';
import { expectReady, NOT_READY_WITHIN_MS, READY_AGAIN_WITHIN_MS, watchLiveness } from './health.js';
import { openStory } from './stories.js';
import { usualEnvironment } from './under-fire.js';
import { wakingFaults } from './waking.faults.js';
import { orderOf } from './wanted-orders.js';

const OPENS_WITHIN_MS = 240_000;
const SERVICE = 'order-service';
/** The service's database, and the role it runs as. */
const DATABASE = 'order_service';
const ONE_MUG = JSON.stringify({ lines: [{ sku: 'mug', quantity: 1 }] });

const folder = await makeRunFolder();
await chmod(folder, 0o711); // the server may be another user
/** Room for three databases and what these tests write; filled, it is memory. */
const WHOLE_MEGABYTES = 400;
let disk: SmallDisk | undefined;
/** With all files of the server. */
let wholeDisk: SmallDisk | undefined;

describe('a database at its limits', { timeout: 180_000 }, () => {
  let arena: Arena;
  beforeAll(async () => {
    disk = await mountSmallDisk(join(folder, 'small'), 100);
    wholeDisk = disk && (await mountSmallDisk(join(folder, 'whole'), WHOLE_MEGABYTES));
    const env = { ...usualEnvironment(), REQUEST_DEADLINE_MS: '4000' };
    const whole = await startWholeSystem(env, { databaseDir: wholeDisk && join(wholeDisk.path, 'postgres') });
    arena = new Arena(whole, busUnderFire(whole.system), env);
  }, OPENS_WITHIN_MS);
  afterAll(async () => {
    try {
      await arena?.close();
    } finally {
      await Promise.allSettled([disk?.unmount(), wholeDisk?.unmount()]);
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }, OPENS_WITHIN_MS);
  beforeEach(() => arena.expectHealthy());

  const admin = (sql: string) => withClient(arena.system.postgres.url(), (client) => client.query(sql));
  const reconnect = () => admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${DATABASE}'`);
  const send = async (method: 'GET' | 'POST'): Promise<Answer> => {
    const key = randomUUID();
    if (method === 'POST') arena.want(orderOf('someone', key));
    return ask({
      method,
      url: `${arena.urlOf(SERVICE)}/orders`,
      token: await arena.system.token('someone', 'customer'),
      ...(method === 'POST' && { body: ONE_MUG, headers: { 'idempotency-key': key } }),
    });
  };
  const expectRefused = (answer: Answer): void => {
    expectProblem(answer, 503);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  };
  /** Whatever was refused meanwhile: liveness holds, the processes stay, and all invariants hold once it is over. */
  const survives = async (fault: () => Promise<void>): Promise<void> => {
    const alive = watchLiveness(arena);
    const { pid } = arena.system.running(SERVICE);
    await arena.survives(fault);
    expect(await alive.end()).toEqual([]);
    expect(arena.system.running(SERVICE).pid).toBe(pid);
  };

  it('read only, as a standby: changes are refused with 503, reads go on, and so do changes afterwards', () =>
    survives(async () => {
      await admin(`ALTER ROLE ${DATABASE} SET default_transaction_read_only = on`);
      try {
        await reconnect();
        await eventually(async () => expectRefused(await send('POST')));
        expect((await send('GET')).status).toBe(200);
      } finally {
        await admin(`ALTER ROLE ${DATABASE} RESET default_transaction_read_only`);
        await reconnect();
      }
      await eventually(async () => expect((await send('POST')).status).toBe(201));
    }));

  it('out of connections: refused with 503, not ready, and ready again by itself', () =>
    survives(async () => {
      await admin(`ALTER DATABASE ${DATABASE} CONNECTION LIMIT 0`);
      try {
        await reconnect();
        await expectReady(arena, 503, NOT_READY_WITHIN_MS, [SERVICE]);
        for (const method of ['GET', 'POST'] as const) expectRefused(await send(method));
      } finally {
        await admin(`ALTER DATABASE ${DATABASE} CONNECTION LIMIT -1`);
      }
      await expectReady(arena, 200, READY_AGAIN_WITHIN_MS, [SERVICE]);
    }));

  it('frozen: refused with 503 in time, not ready, and ready again by itself [29]', () =>
    survives(async () => {
      const awake = await freezePostgres(arena.system.postgres.pid);
      try {
        await expectReady(arena, 503, NOT_READY_WITHIN_MS);
        for (const method of ['GET', 'POST'] as const) expectRefused(await send(method));
      } finally {
        awake();
      }
      await expectReady(arena, 200, READY_AGAIN_WITHIN_MS);
    }));

  it('a long report holds up nobody, and a lock on the log only those who append: they are refused with 503 [34] [35]', () =>
    survives(async () => {
      const other = new pg.Client({ connectionString: arena.system.databaseUrl(SERVICE) });
      await other.connect();
      try {
        await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        await other.query('SELECT count(*) FROM event_store.events');
        const shop = await arena.shop();
        const { orderId, story } = await openStory(shop, 'paid', [{ sku: 'mug', quantity: 1 }]);
        arena.remember(story);
        const confirmed = async () => expect((await shop.order(orderId)).status).toBe('confirmed');
        await eventually(confirmed, { timeoutMs: 60_000 });
        await other.query('COMMIT');
        await other.query('BEGIN');
        await other.query('LOCK TABLE event_store.events IN SHARE ROW EXCLUSIVE MODE');
        expectRefused(await send('POST'));
        expect((await send('GET')).status).toBe(200);
      } finally {
        await other.end();
      }
      await eventually(async () => expect((await send('POST')).status).toBe(201), { timeoutMs: 20_000 });
    }));

  it('its volume full: changes are refused with 503, reads go on and the service stays ready, and with space again changes go on, without a restart [36]', async ({
    skip,
  }) => {
    skip(!disk, 'nothing can be mounted here');
    await admin(`CREATE TABLESPACE small LOCATION '${disk!.path}'`);
    await closeDatabase(arena.system.postgres, DATABASE);
    await admin(`ALTER DATABASE ${DATABASE} SET TABLESPACE small`);
    await openDatabase(arena.system.postgres, DATABASE);
    await expectReady(arena, 200, READY_AGAIN_WITHIN_MS);
    await survives(async () => {
      const makeRoom = await disk!.fill();
      try {
        await eventually(async () => expectRefused(await send('POST')), { timeoutMs: 60_000, everyMs: 5 });
        expect((await send('GET')).status).toBe(200);
        await expectReady(arena, 200, 0); // not ready is only who has a database that does not answer
      } finally {
        await makeRoom();
      }
      await eventually(async () => expect((await send('POST')).status).toBe(201), { timeoutMs: 20_000 });
    });
    await closeDatabase(arena.system.postgres, DATABASE);
    await admin(`ALTER DATABASE ${DATABASE} SET TABLESPACE pg_default`);
    await openDatabase(arena.system.postgres, DATABASE);
  });

  it('the volume of all its files full, so that it stops: refused with 503, not ready; with space again and started, all that was acknowledged is there [37]', async ({
    skip,
  }) => {
    skip(!wholeDisk, 'nothing can be mounted here');
    const { postgres } = arena.system;
    await survives(async () => {
      await arena.midFlow(SERVICE);
      const makeRoom = await wholeDisk!.fill();
      try {
        await stopsForWantOfSpace(postgres);
        await expectReady(arena, 503, NOT_READY_WITHIN_MS);
        for (const method of ['GET', 'POST'] as const) expectRefused(await send(method));
        await expect(postgres.start()).rejects.toThrow('No space left on device');
      } finally {
        await makeRoom();
      }
      await postgres.start();
      await expectReady(arena, 200, READY_AGAIN_WITHIN_MS);
      await eventually(async () => expect((await send('POST')).status).toBe(201), { timeoutMs: 20_000 });
    });
  });

  wakingFaults(() => arena, survives);
});
