// Services that end or fail exactly between two steps, each point by itself. What a point is there for shows only if it was reached: the
// process says so before it acts.
import { expect, it } from 'vitest';
import type { Failpoint } from '../../libs/event-store/src/core/index.js';
import type { ShopService } from '../../tools/demo/checkout-shape.js';
import { eventually } from '../support/eventually.js';
import type { Arena, UnderFire } from './arena.js';

type Kill = readonly [title: string, point: Failpoint, service: ShopService];

/** What lies between a service and its broker. */
const aroundTheBroker: readonly Kill[] = [
  [
    'kill -9 at relay.afterSendBeforeMark of the order-service, in the midst of 50 orders: nothing is lost or done twice [8]',
    'relay.afterSendBeforeMark',
    'order-service',
  ],
  [
    'kill -9 at inbox.afterCommitBeforeOffset of the payment-service, in the midst of 50 orders: nothing is lost or done twice [12]',
    'inbox.afterCommitBeforeOffset',
    'payment-service',
  ],
];
/** Each once, by the service that comes by there often; see below for the timer, and failpoints.int.spec.ts for the two the shop never reaches. */
const everywhere: readonly Kill[] = [
  ...aroundTheBroker,
  [
    'kill -9 at inbox.afterEffectBeforeCommit of the payment-service, in the midst of 50 orders: nothing is lost or done twice [11]',
    'inbox.afterEffectBeforeCommit',
    'payment-service',
  ],
  [
    'kill -9 at append.beforeInsert of the order-service, in the midst of 50 orders: nothing is lost or done twice [1]',
    'append.beforeInsert',
    'order-service',
  ],
  [
    'kill -9 at append.afterCommitBeforeReply of the order-service, in the midst of 50 orders: nothing is lost or done twice [2]',
    'append.afterCommitBeforeReply',
    'order-service',
  ],
  killAt('process.afterCommitBeforeDispatch', 'order-service'),
  killAt('relay.afterMark', 'order-service'),
  killAt('projection.midBatch', 'order-service'),
  killAt('inbox.beforeTx', 'payment-service'),
  killAt('gateway.afterCallBeforeRecord', 'payment-service'),
  killAt('relay.afterFetch', 'payment-service'),
];
/** Logs are read as a whole: not more often than this. */
const REACHED = { timeoutMs: 90_000, everyMs: 250 };
/** Played around each point, so many of them at a time that the point is passed by several at once. */
const AROUND_A_POINT = { orders: 50, concurrency: 25 };
const DEADLINE = { PAYMENT_DEADLINE_MS: '2000' };

export function failpointFaults(fire: UnderFire, broker: 'postgres' | 'kafka'): void {
  const kills = broker === 'kafka' ? aroundTheBroker : everywhere; // what is between the other steps is the same on both

  it.each(kills)('%s', async (_title, point, service) => {
    const { arena } = fire;
    const reached = await reachedFrom(arena, service);
    await arena.survives(async () => {
      await endsAt(arena, service, point, passageOf(point));
      await arena.system.restart(service);
    }, AROUND_A_POINT);
    expect(await reached()).toEqual([`${point}: kill`]); // once, and no other
  });
  if (broker === 'kafka') return;

  it.each(kills.map(([, point, service]) => [point, service] as const))(
    'an error at %s of the %s in the midst of 50 orders: nothing is lost or done twice',
    async (point, service) => {
      const { arena } = fire;
      const reached = await reachedFrom(arena, service);
      await arena.survives(async () => {
        arena.system.running(service).tell({ failpoints: `${point}=throw@${passageOf(point)}` });
        await eventually(async () => expect(await reached()).toContain(`${point}: throw`), REACHED);
      }, AROUND_A_POINT);
      expect(await reached()).toEqual([`${point}: throw`]);
    },
  );

  it('kill -9 right after timers were fired, of 20 orders that nobody takes money for: none of them is fired a second time', async () => {
    await expectEachFiresOnce(fire, async ({ arena }) => {
      await endsAt(arena, 'order-service', 'timer.afterFireBeforeMark');
      await arena.system.restart('order-service', DEADLINE);
    });
  });

  it('an error right after timers were fired, of 20 orders that nobody takes money for: none of them is fired a second time', async () => {
    await expectEachFiresOnce(fire, async ({ arena }) => {
      const reached = await reachedFrom(arena, 'order-service');
      arena.system.running('order-service').tell({ failpoints: 'timer.afterFireBeforeMark=throw' });
      await eventually(async () => expect(await reached()).toEqual(['timer.afterFireBeforeMark: throw']), REACHED);
    });
  });
}

function killAt(point: Failpoint, service: ShopService): Kill {
  return [
    `kill -9 at ${point} of the ${service}, in the midst of 50 orders: nothing is lost or done twice`,
    point,
    service,
  ];
}

/** Orders that nobody takes money for pass their deadlines while `fault` is at work. */
async function expectEachFiresOnce(fire: UnderFire, fault: (fire: UnderFire) => Promise<void>): Promise<void> {
  const { arena } = fire;
  const orders = 20;
  const cancelled = (): Promise<number> =>
    arena.count(
      'order-service',
      `SELECT count(*)::text FROM event_store.events WHERE type = 'order.cancelled' AND data->>'reason' = 'payment timed out'`,
    );
  const before = await cancelled();
  await arena.system.running('payment-service').kill9();
  await arena.system.restart('order-service', DEADLINE);
  await arena.survives(
    async () => {
      await fault(fire);
      await eventually(async () => expect(await cancelled()).toBe(before + orders), REACHED);
      await arena.system.restart('payment-service');
    },
    { scenarios: ['timed out'], orders, concurrency: orders, once: true },
  );
  expect(await cancelled()).toBe(before + orders);
  await arena.system.restart('order-service');
}

/** A batch with more to come is rare; of everything else one has gone well before. */
function passageOf(point: Failpoint): number {
  return point === 'projection.midBatch' ? 1 : 2;
}

/** Waits until the process has ended by its own hand, between these two steps and nowhere else. */
async function endsAt(arena: Arena, service: ShopService, point: Failpoint, passage = 1): Promise<void> {
  const reached = await reachedFrom(arena, service);
  const victim = arena.system.running(service);
  victim.tell({ failpoints: `${point}=kill@${passage}` });
  await eventually(async () => expect(await reached()).toEqual([`${point}: kill`]), REACHED);
  expect([point, await victim.ended]).toEqual([point, 'SIGKILL']);
  await giveUpLeases(arena, service);
}

/** The points at which the service acts from now on, each with what it did there. */
async function reachedFrom(arena: Arena, service: ShopService): Promise<() => Promise<string[]>> {
  const said = await arena.follow(service);
  return async () => [...(await said()).matchAll(/^failpoint (\S+: \w+)$/gm)].map(([, acted]) => acted!);
}

/** What the dead held runs out by itself, in ten seconds; nobody is left to renew it, so it may as well be now. */
async function giveUpLeases(arena: Arena, service: ShopService): Promise<void> {
  await arena.queries[service](
    `UPDATE event_store.subscriptions SET leased_until = clock_timestamp() - interval '1 second' WHERE lease_owner IS NOT NULL`,
  );
  await arena.broker.giveUpMembers?.(service);
}
