// Two processes of one service that do not hear of each other: the connection one listens on is half open, or nothing is sent. What one
// writes and the other has to publish and answer is found all the same, by looking.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFaultProxy, type FaultProxy } from '../../tools/faults/fault-proxy.js';
import { urlOfRole, withClient } from '../../tools/postgres/index.js';
import type { ServiceProcess } from '../../tools/system/service-process.js';
import { eventually } from '../support/eventually.js';
import { ask } from '../support/http.js';
import { scrape } from '../support/scrape.js';
import type { Arena } from './arena.js';
import { expectReady, READY_AGAIN_WITHIN_MS } from './health.js';
import { openStory } from './stories.js';
import { orderOf } from './wanted-orders.js';

const SERVICE = 'order-service';
const DATABASE = 'order_service';
const OPENS_WITHIN_MS = 120_000;
/** Five seconds to the next probe, five until it is given up; on the way back ten for an attempt to connect that got no answer. */
const PROBED_WITHIN_MS = 15_000;
/** Of 8 kB, at least 64: soon full. */
const QUEUE_PAGES = 64;
/** Nearly a page for each, which has to differ from the one before it. */
const BALLAST = `SELECT pg_notify('ballast', $1 || repeat('x', 7900))`;
const UNHEARD = 'Other processes were not woken';
const HELD = `SELECT count(*)::text FROM event_store.subscriptions WHERE name IN ('OrderPublisher', 'checkout') AND lease_owner IS NOT NULL`;

type Survives = (fault: () => Promise<void>) => Promise<void>;

export function wakingFaults(arenaNow: () => Arena, survives: Survives): void {
  describe('and two processes of a service', () => {
    let arena: Arena;
    let proxy: FaultProxy;
    /** Takes the requests; the other one holds the leases. */
    let replica: ServiceProcess;
    beforeAll(async () => {
      arena = arenaNow();
      const { postgres } = arena.system;
      await withClient(postgres.url(), (admin) =>
        admin.query(`ALTER SYSTEM SET max_notify_queue_pages = ${QUEUE_PAGES}`),
      );
      await postgres.stop();
      await postgres.start();
      const target = urlOfRole(postgres.url(), DATABASE, DATABASE);
      proxy = await startFaultProxy({ target, only: `${SERVICE} listen` });
      await arena.system.restart(SERVICE, { DATABASE_URL: proxy.url, METRICS_PORT: '0' });
      await eventually(async () => expect(await arena.count(SERVICE, HELD)).toBeGreaterThan(1), { timeoutMs: 30_000 });
      replica = await arena.system.startReplica(SERVICE);
      arena.front(SERVICE, replica.url);
    }, OPENS_WITHIN_MS);
    afterAll(async () => {
      arena.front(SERVICE, undefined);
      await replica?.stop();
      await arena.system.running(SERVICE).stop();
      await proxy?.close();
    }, OPENS_WITHIN_MS);

    const expectNotify = (up: 0 | 1) =>
      eventually(
        async () => {
          const shown = await scrape(arena.system.running(SERVICE).metricsUrl!);
          expect(shown.series('event_store_notify_up').map(({ value }) => value)).toEqual([up]);
        },
        { timeoutMs: PROBED_WITHIN_MS, everyMs: 100 },
      );
    /** One after the other, so that nothing but a look of its own can tell the process of the next. */
    const expectOrdersConfirmed = async (orders = 3): Promise<void> => {
      const shop = await arena.shop();
      for (let order = 0; order < orders; order += 1) {
        const { orderId, story } = await openStory(shop, 'paid', [{ sku: 'mug', quantity: 1 }]);
        arena.remember(story);
        const confirmed = async () => expect((await shop.order(orderId)).status).toBe('confirmed');
        await eventually(confirmed, { timeoutMs: 30_000, everyMs: 50 });
      }
    };
    const readReplicaLog = () => readFile(join(arena.whole.dataDir, 'logs', `${replica.name}.log`), 'utf8');

    it('the connection one listens on half open: orders flow by looking, the gauge says so, and its probe listens anew [30]', async () => {
      await expectNotify(1);
      await survives(async () => {
        await proxy.mode('blackhole');
        try {
          await expectNotify(0);
          await expectOrdersConfirmed();
          await expectReady(arena, 200, READY_AGAIN_WITHIN_MS, [SERVICE]);
          const { url } = arena.system.running(SERVICE);
          const token = await arena.system.token('someone', 'customer');
          const body = JSON.stringify({ lines: [{ sku: 'mug', quantity: 1 }] });
          const key = randomUUID();
          arena.want(orderOf('someone', key));
          const headers = { 'idempotency-key': key };
          expect((await ask({ method: 'POST', url: `${url}/orders`, token, headers, body })).status).toBe(201);
          await expectNotify(0);
        } finally {
          await proxy.mode('pass');
        }
        await expectNotify(1);
      });
    });

    it('the queue of notifications full, so that none is sent: everything arrives by looking, and nothing fails [31]', async () => {
      const deaf = new pg.Client({ connectionString: arena.system.databaseUrl(SERVICE) });
      await deaf.connect();
      await survives(async () => {
        try {
          await deaf.query('LISTEN ballast');
          await deaf.query('BEGIN'); // hears nothing before its end, and all that is said has to be kept for it
          await fillQueue(arena);
          await expectOrdersConfirmed();
          expect((await readReplicaLog()).includes(UNHEARD), `"${UNHEARD}" in what the replica said`).toBe(true);
          await expectReady(arena, 200, READY_AGAIN_WITHIN_MS, [SERVICE]);
          await expect(fillQueue(arena), 'the queue is still full').resolves.toBe(0);
        } finally {
          await deaf.end();
        }
        const heardAgain = async (): Promise<void> => {
          const { length } = await readReplicaLog();
          await expectOrdersConfirmed(1);
          const said = (await readReplicaLog()).slice(length);
          expect(said.includes(UNHEARD), `"${UNHEARD}" in what the replica said`).toBe(false);
        };
        await eventually(heardAgain, { timeoutMs: 30_000 });
      });
    });
  });
}

/** How many went in before there was no room for another. */
function fillQueue(arena: Arena): Promise<number> {
  return withClient(arena.system.postgres.url(), async (admin) => {
    for (let said = 0; said <= 2 * QUEUE_PAGES; said += 1) {
      try {
        await admin.query(BALLAST, [String(said)]);
      } catch (error) {
        if ((error as pg.DatabaseError).code !== '54000') throw error; // too many notifications in the NOTIFY queue
        return said;
      }
    }
    throw new Error(`The queue takes more than ${QUEUE_PAGES} pages.`);
  });
}
