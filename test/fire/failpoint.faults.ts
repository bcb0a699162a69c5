// Services that end or fail exactly between two steps. What a point is there for shows only if it was reached: the process says so before it acts.
import { expect, it } from 'vitest';
import type { Failpoint } from '../../libs/event-store/src/core/index.js';
import { withClient } from '../../tools/postgres/index.js';
import { shopServices, type ShopService } from '../../tools/demo/checkout-shape.js';
import { eventually } from '../support/eventually.js';
import type { Arena, UnderFire } from './arena.js';

/** Each once, by the service that comes by there often; see below for the timer, and failpoints.int.spec.ts for the two the shop never reaches. */
const killed: Readonly<Record<ShopService, readonly Failpoint[]>> = {
  'order-service': [
    'append.beforeInsert',
    'append.afterCommitBeforeReply',
    'process.afterCommitBeforeDispatch',
    'relay.afterSendBeforeMark',
    'relay.afterMark',
    'projection.midBatch',
  ],
  'payment-service': [
    'inbox.beforeTx',
    'inbox.afterEffectBeforeCommit',
    'inbox.afterCommitBeforeOffset',
    'gateway.afterCallBeforeRecord',
    'relay.afterFetch',
  ],
};
const thrown = shopServices.flatMap((service) => killed[service].map((point) => [point, service] as const));
/** Logs are read as a whole: not more often than this. */
const REACHED = { timeoutMs: 90_000, everyMs: 250 };
/** Half a dozen starts of each service, one after the other. */
const ALL_WITHIN_MS = 360_000;
/** Played around each error, so many of them at a time that the point is passed by several at once. */
const AROUND_AN_ERROR = { orders: 50, concurrency: 25 };
const DEADLINE = { PAYMENT_DEADLINE_MS: '2000' };

export function failpointFaults(fire: UnderFire): void {
  it(
    'kill -9 between any two steps, one after the other, of both services at once: nothing is lost or done twice [8] [11] [12]',
    { timeout: ALL_WITHIN_MS },
    async () => {
      const { arena } = fire;
      await arena.survives(
        async () => {
          await Promise.all(
            shopServices.map(async (service) => {
              for (const point of killed[service]) {
                await endsAt(arena, service, { FAILPOINTS: `${point}=kill@${passageOf(point)}` });
                await giveUpLeases(arena, service);
              }
              await arena.system.restart(service);
            }),
          );
        },
        { orders: 6 },
      );
    },
  );

  it.each(thrown)(
    'an error at %s of the %s in the midst of 50 orders: nothing is lost or done twice',
    async (point, service) => {
      const { arena } = fire;
      const said = await arena.follow(service);
      const reached = async () => [...(await said()).matchAll(/^failpoint (\S+): throw$/gm)].map(([, at]) => at);
      await arena.survives(async () => {
        arena.system.running(service).tell({ failpoints: `${point}=throw@${passageOf(point)}` });
        await eventually(async () => expect(await reached()).toContain(point), REACHED);
      }, AROUND_AN_ERROR);
      expect(await reached()).toEqual([point]); // once, and no other
    },
  );

  it('kill -9 right after timers were fired: none of them is fired a second time', async () => {
    await expectEachFiresOnce(fire, async ({ arena }) => {
      await endsAt(arena, 'order-service', { FAILPOINTS: 'timer.afterFireBeforeMark=kill', ...DEADLINE });
      await giveUpLeases(arena, 'order-service');
      await arena.system.restart('order-service', { NODE_ENV: 'test', ...DEADLINE });
    });
  });

  it('an error right after timers were fired: none of them is fired a second time', async () => {
    await expectEachFiresOnce(fire, async ({ arena }) => {
      const said = await arena.follow('order-service');
      const FAILPOINTS = 'timer.afterFireBeforeMark=throw';
      await arena.system.restart('order-service', { NODE_ENV: 'test', FAILPOINTS, ...DEADLINE });
      const isThrown = async () => expect(await said()).toContain('failpoint timer.afterFireBeforeMark: throw\n');
      await eventually(isThrown, REACHED);
    });
  });
}

/** Orders that nobody takes money for pass their deadlines while `fault` is at work. */
async function expectEachFiresOnce(fire: UnderFire, fault: (fire: UnderFire) => Promise<void>): Promise<void> {
  const { arena } = fire;
  const orders = 4;
  const cancelled = (): Promise<number> =>
    arena.count(
      'order-service',
      `SELECT count(*)::text FROM event_store.events WHERE type = 'order.cancelled' AND data->>'reason' = 'payment timed out'`,
    );
  const before = await cancelled();
  await arena.system.running('payment-service').kill9();
  await arena.survives(
    async () => {
      await fault(fire);
      await eventually(async () => expect(await cancelled()).toBe(before + orders), REACHED);
      await arena.system.restart('payment-service');
    },
    { scenarios: ['timed out'], orders, once: true },
  );
  expect(await cancelled()).toBe(before + orders);
  await arena.system.restart('order-service');
}

/** A batch with more to come is rare; of everything else one has gone well before. */
function passageOf(point: Failpoint): number {
  return point === 'projection.midBatch' ? 1 : 2;
}

/** Starts the service anew and waits until it has ended by its own hand. */
async function endsAt(arena: Arena, service: ShopService, env: Record<string, string>): Promise<void> {
  const said = await arena.follow(service);
  const [point] = env['FAILPOINTS']!.split('=');
  const line = `failpoint ${point}: kill\n`;
  const ended = arena.system.restart(service, { NODE_ENV: 'test', ...env }).then(
    (process) => process.ended,
    (error: Error) => {
      // With work waiting for it, it may come by the point before it has said where it listens.
      if (error.message.includes('ended with SIGKILL')) return 'SIGKILL';
      throw error;
    },
  );
  const reached = async () => {
    if (!(await said()).includes(line)) throw new Error(`The ${service} has not come by ${point}.`);
  };
  const [code] = await Promise.all([ended, eventually(reached, REACHED)]);
  expect([point, code]).toEqual([point, 'SIGKILL']);
}

/** What the dead held runs out by itself, in ten seconds; nobody is left to renew it, so it may as well be now. */
async function giveUpLeases(arena: Arena, service: ShopService): Promise<void> {
  await arena.queries[service](
    `UPDATE event_store.subscriptions SET leased_until = clock_timestamp() - interval '1 second' WHERE lease_owner IS NOT NULL`,
  );
  await withClient(arena.system.databaseUrl('bus'), async (bus) => {
    await bus.query(`DELETE FROM bus.members WHERE group_name = $1`, [service]);
    await bus.query(
      `UPDATE bus.consumers SET leased_until = clock_timestamp() - interval '1 second' WHERE group_name = $1 AND lease_owner IS NOT NULL`,
      [service],
    );
  });
}
