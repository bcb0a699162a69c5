// PostgreSQL that goes away, crashes, throws everybody out, or has to wait for one who is slow to commit.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it } from 'vitest';
import { withClient } from '../../tools/postgres/index.js';
import { shopServices, type ShopService } from '../../tools/demo/checkout-shape.js';
import { freezeProcess } from '../../tools/kafka/freeze.js';
import { childrenOf } from '../../tools/postgres/process.js';
import { eventually } from '../support/eventually.js';
import { ask, expectProblem } from '../support/http.js';
import type { Arena, UnderFire } from './arena.js';
import { closeDatabase, openDatabase } from './databases.js';
import { expectReady, NOT_READY_WITHIN_MS, READY_AGAIN_WITHIN_MS, watchLiveness } from './health.js';
import { openStory, storyOf } from './stories.js';

const EVERY_MS = 500;
const FOR_MS = 8_000;
/** How long a slow appender holds its position. */
const SLOW_MS = 5_000;

export function databaseFaults(fire: UnderFire): void {
  it.each([
    ['stopped fast', () => fire.arena.system.postgres.stop('fast')],
    ['stopped at once, as by a crash,', () => fire.arena.system.postgres.stop('immediate')],
    ['frozen, then killed by kill -9,', () => freezeAndKill(fire.arena)],
  ])('PostgreSQL %s and started again: requests are refused with 503 meanwhile [28]', async (_how, end) => {
    const { arena } = fire;
    const alive = watchLiveness(arena);
    await arena.survives(async () => {
      await arena.midFlow('order-service');
      await expectNotReadyAfter(arena, end);
      await expectRefusals(arena);
      await arena.system.postgres.start();
      await expectReady(arena, 200, READY_AGAIN_WITHIN_MS);
    });
    await arena.expectHealthy();
    expect(await alive.end()).toEqual([]);
  });

  it('kill -9 of one backend of PostgreSQL, which crashes and recovers all of it [28]', async () => {
    const { arena } = fire;
    const { postgres } = arena.system;
    const said = (await readFile(postgres.logFile, 'utf8')).length;
    await arena.survives(async () => {
      await arena.midFlow('order-service');
      const victim = await withClient(postgres.url(), async (admin) => {
        const { rows } = await admin.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity WHERE datname = 'order_service' AND application_name = 'order-service' LIMIT 1`,
        );
        return rows[0]!.pid;
      });
      process.kill(victim, 'SIGKILL');
      const crashed = async () =>
        expect((await readFile(postgres.logFile, 'utf8')).slice(said)).toMatch(
          /terminated by signal 9[^]*ready to accept/,
        );
      await eventually(crashed, { timeoutMs: 30_000 });
    });
  });

  it('pg_terminate_backend on every connection twice a second [27]', async () => {
    const { arena } = fire;
    const alive = watchLiveness(arena);
    let ended = 0;
    await arena.survives(async () => {
      await arena.midFlow('order-service');
      await withClient(arena.system.postgres.url(), async (admin) => {
        for (const start = Date.now(); Date.now() - start < FOR_MS; await sleep(EVERY_MS)) {
          const { rowCount } = await admin.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE backend_type = 'client backend' AND application_name <> 'invariant checker' AND pid <> pg_backend_pid()`,
          );
          ended += rowCount!;
        }
      });
    });
    await arena.expectHealthy();
    expect(await alive.end()).toEqual([]);
    expect(ended).toBeGreaterThan(FOR_MS / EVERY_MS); // more than one each time: services came back to be thrown out again
  });

  it('the database of one service closed while messages go on coming: none of them is lost', async () => {
    const { arena } = fire;
    const { postgres } = arena.system;
    await arena.survives(async () => {
      await arena.midFlow('payment-service');
      const said = await arena.follow('payment-service');
      await expectNotReadyAfter(arena, () => closeDatabase(postgres, 'payment_service'), ['payment-service']);
      const shop = await arena.shop();
      for (let order = 0; order < 5; order += 1) {
        const { story } = await openStory(shop, 'paid', [{ sku: 'mug', quantity: 1 }]);
        arena.remember(story);
      }
      const arrived = async () => expect(await said()).toContain('a batch could not be stored and comes again');
      await eventually(arrived, { timeoutMs: 30_000 });
      await expectRefusals(arena, ['payment-service']);
      await openDatabase(postgres, 'payment_service');
    });
  });

  it('slow appenders that hold a position, some of which roll back: subscriptions wait, and then miss nothing [5]', async () => {
    const { arena } = fire;
    await arena.survives(async () => {
      await arena.midFlow('order-service');
      const confirmed = `SELECT count(*)::text FROM event_store.events WHERE type = 'order.confirmed'`;
      await eventually(async () => expect(await arena.count('order-service', confirmed)).toBeGreaterThan(0));
      await Promise.all([appendSlowly(arena, 'COMMIT'), appendSlowly(arena, 'ROLLBACK')]);
      await appendSlowly(arena, 'COMMIT');
    });
  });
}

/** Nothing answers, and nobody says so: readiness has to find out by itself. */
async function freezeAndKill(arena: Arena): Promise<void> {
  const { postgres } = arena.system;
  const all = [postgres.pid, ...childrenOf(postgres.pid)];
  try {
    await expectNotReadyAfter(arena, () => Promise.all(all.map(freezeProcess)));
  } finally {
    for (const pid of all) process.kill(pid, 'SIGCONT');
  }
  await postgres.kill9();
}

/** I14: the time begins with the fault, however long that takes. */
async function expectNotReadyAfter(
  arena: Arena,
  fault: () => Promise<unknown>,
  of: readonly ShopService[] = shopServices,
): Promise<void> {
  await Promise.all([expectReady(arena, 503, NOT_READY_WITHIN_MS, of), fault()]);
}

/** Whoever asks while the database is away is told so, and the processes stay, and stay not ready. */
async function expectRefusals(arena: Arena, of: readonly ShopService[] = shopServices): Promise<void> {
  const paths = { 'order-service': `/orders/${randomUUID()}`, 'payment-service': `/payments/${randomUUID()}` };
  for (const service of of) {
    const url = arena.system.running(service).url;
    const token = await arena.system.token('someone', service === 'order-service' ? 'customer' : 'operator');
    const refused = await ask({ method: 'GET', url: url + paths[service], token });
    expectProblem(refused, 503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  }
  await expectReady(arena, 503, 0, of);
}

/** An order that another program places by SQL, in a transaction that takes its time. */
async function appendSlowly(arena: Arena, ends: 'COMMIT' | 'ROLLBACK'): Promise<void> {
  const orderId = randomUUID();
  const client = new pg.Client({ connectionString: arena.system.databaseUrl('order-service') });
  await client.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ position: string }>(APPEND, [randomUUID(), `order-${orderId}`]);
    const { position } = rows[0]!;
    const { story } = await openStory(await arena.shop(), 'paid', [{ sku: 'mug', quantity: 1 }]); // surely behind it
    arena.remember(story);
    const held = async () => {
      const [seen] = await arena.queries['order-service'](SEEN, [position]);
      expect(Number(seen!['later']), 'events committed behind it').toBeGreaterThan(0);
      expect(Number(seen!['ahead']), 'subscriptions that did not wait').toBe(0);
    };
    await eventually(held, { timeoutMs: 20_000 });
    await sleep(SLOW_MS);
    await held();
    await client.query(ends);
    if (ends === 'COMMIT') arena.remember(storyOf('paid', orderId, 1));
  } finally {
    await client.end();
  }
}

/** As an order that was paid before, under another id. */
/** Without what is encrypted for the other order's place. */
const APPEND = `
  INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
  SELECT $1, $2, 1, placed.type, placed.schema_version, placed.data - '$personal', placed.metadata - 'commandId'
    FROM event_store.events placed
    JOIN event_store.events confirmed ON confirmed.stream = placed.stream AND confirmed.type = 'order.confirmed'
   WHERE placed.type = 'order.placed' LIMIT 1
  RETURNING position::text`;

const SEEN = `
  SELECT (SELECT count(*) FROM event_store.events WHERE position > $1)::text AS later,
         (SELECT count(*) FROM event_store.subscriptions WHERE log = 'events' AND position >= $1)::text AS ahead`;
