// Services that are killed, stopped, left alone or kept waiting.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { moveTimers } from '../../libs/event-store/src/testing/move-timers.js';
import { shopServices } from '../../tools/demo/checkout-shape.js';
import { eventually } from '../support/eventually.js';
import type { UnderFire } from './arena.js';
import { HOUR_MS, skewed } from './clocks.js';
import { openStory } from './stories.js';

/** An orchestrator kills after 30 s. */
const STOPS_WITHIN_MS = 25_000;
/** For one call of a handler, where it hangs. */
const DEADLINE_MS = 8_000;
const HANG_MS = DEADLINE_MS + 2_000;
/** Of payments, in milliseconds: the deadline is a quarter of an hour. */
const DEADLINES_AFTER_MS = 900_000;
const CONFIRMED = `SELECT count(*)::text FROM event_store.events WHERE type = 'order.confirmed'`;

export function serviceFaults(fire: UnderFire, broker: 'postgres' | 'kafka'): void {
  it.each(shopServices)('kill -9 of the %s in mid-flow, started again', async (service) => {
    const { arena } = fire;
    await arena.survives(async () => {
      await arena.midFlow(service);
      await arena.system.running(service).kill9();
      expect(await arena.open(service), `streams of ${service} that the kill left open`).toBeGreaterThan(0);
      await arena.system.restart(service);
    });
  });

  it('SIGTERM under load: each service ends with exit code 0, and nothing is lost [45]', async () => {
    const { arena } = fire;
    await arena.survives(async () => {
      for (const service of shopServices) {
        await arena.midFlow(service);
        const asked = Date.now();
        const stopping = arena.system.running(service);
        const said = readinessUntil(stopping.ended, stopping.url);
        expect([service, await stopping.stop()]).toEqual([service, 0]);
        expect(Date.now() - asked).toBeLessThan(STOPS_WITHIN_MS);
        expect(await said, 'answers of /health/ready, in a row').toMatch(/^(200 )*(503 |refused )+$/);
        expect(await arena.open('order-service'), 'orders that were under way').toBeGreaterThan(0);
        await arena.system.restart(service);
      }
    });
  });

  it('two replicas of each service, and the first of each killed: the others take over', async () => {
    const { arena } = fire;
    const replicas = await Promise.all(shopServices.map((service) => arena.system.startReplica(service)));
    try {
      await arena.survives(async () => {
        for (const [index, service] of shopServices.entries()) arena.front(service, replicas[index]!.url);
        await arena.midFlow('order-service');
        await Promise.all(shopServices.map((service) => arena.system.running(service).kill9()));
        expect(await arena.open('order-service'), 'orders the kill left open').toBeGreaterThan(0);
        // Leases last ten seconds; afterwards orders are confirmed again, by those that are left.
        const before = await arena.count('order-service', CONFIRMED);
        const progress = async () => expect(await arena.count('order-service', CONFIRMED)).toBeGreaterThan(before + 3);
        await eventually(progress, { timeoutMs: 30_000 });
        await Promise.all(shopServices.map((service) => arena.system.restart(service)));
      });
    } finally {
      for (const service of shopServices) arena.front(service, undefined);
    }
    expect(await Promise.all(replicas.map((replica) => replica.stop()))).toEqual([0, 0]);
  });

  it('a gateway that hangs: the deadline ends the call, the others go on, and the call that comes back late changes nothing [17] [41]', async () => {
    const { arena } = fire;
    const restartPayments = async (stallMs: number, deadlineMs = 30_000): Promise<void> => {
      arena.env['GATEWAY_STALL_MS'] = String(stallMs);
      arena.env['HANDLER_DEADLINE_MS'] = String(deadlineMs);
      await arena.system.running('payment-service').stop();
      await arena.system.restart('payment-service');
    };
    const usual = Number(arena.env['GATEWAY_STALL_MS']);
    await restartPayments(HANG_MS, DEADLINE_MS);
    const said = await arena.follow('payment-service');
    const confirmed = await arena.count('order-service', CONFIRMED);
    const shop = await arena.shop();
    const { orderId, story } = await openStory(shop, 'paid', [{ sku: 'slow-boat-ticket', quantity: 1 }]);
    arena.remember(story);
    await eventually(async () => expect(await arena.open('payment-service')).toBeGreaterThan(0), { timeoutMs: 30_000 });
    const hangsUntil = Date.now() + HANG_MS;
    await arena.survives(
      async () => {
        const others = async () => expect(await arena.count('order-service', CONFIRMED)).toBeGreaterThan(confirmed + 3);
        await eventually(others, { timeoutMs: 30_000 });
        expect(await shop.order(orderId)).toMatchObject({ status: 'placed' });
        const givenUp = new RegExp(`command-dispatch tries a record again[^\\n]*ES-1304[^\\n]* ${DEADLINE_MS} ms`);
        await eventually(async () => expect(await said()).toMatch(givenUp), { timeoutMs: DEADLINE_MS + 20_000 });
        const late = hangsUntil + 1_000 - Date.now();
        if (late > 0) await sleep(late); // nothing tells that the first call has come back, but its time
      },
      { once: true },
    );
    const captures = await arena.count(
      'payment-service',
      `SELECT count(*)::text FROM event_store.events WHERE stream = $1 AND type = 'payment.captured'`,
      [`payment-${orderId}`],
    );
    expect(captures).toBe(1);
    await restartPayments(usual);
  });

  // Messages are not part of it.
  it.runIf(broker === 'postgres')(
    'a gateway that fails, takes the money and loses its answer, and is slow, for every payment and every refund: each is done once [41]',
    async () => {
      const { arena } = fire;
      const restartPayments = async (faults: Record<string, string> = {}): Promise<void> => {
        await arena.system.running('payment-service').stop();
        await arena.system.restart('payment-service', faults);
      };
      await restartPayments({ GATEWAY_FAULTS: 'error-500:1,timeout-after-success:1,slow:2000' });
      const said = await arena.follow('payment-service');
      const orders = 20;
      await arena.survives(() => arena.midFlow('payment-service'), { orders, concurrency: 10, once: true });
      // At least one of the two failures of each order that was paid.
      expect((await said()).split('tries a record again').length - 1).toBeGreaterThanOrEqual(orders);
      await restartPayments();
    },
  );

  it('payment deadlines that pass while the order service is down, and its clock is an hour behind when it is back: each order is cancelled once [39] [40]', async () => {
    const { arena } = fire;
    const timers = (condition = 'true'): Promise<number> =>
      arena.count('order-service', `SELECT count(*)::text FROM event_store.process_timers WHERE ${condition}`);
    const orders = 6;
    const streams = `SELECT count(DISTINCT stream)::text FROM event_store.events`;
    const timedOut = (): Promise<number> =>
      arena.count(
        'order-service',
        `SELECT count(*)::text FROM event_store.events WHERE type = 'order.cancelled' AND data->>'reason' = 'payment timed out'`,
      );
    const [before, timersBefore] = [await arena.count('order-service', streams), await timers()];
    // Whoever is faster, a start or a capture, must not decide how the orders end: nobody takes money until their deadlines have.
    await arena.system.running('payment-service').kill9();
    await arena.survives(
      async () => {
        const placed = async () => expect(await arena.count('order-service', streams)).toBe(before + orders);
        await eventually(placed, { timeoutMs: 30_000, everyMs: 5 });
        await eventually(async () => expect(await timers()).toBe(timersBefore + orders), { timeoutMs: 30_000 });
        await arena.system.running('order-service').kill9();
        await moveTimers(arena.queries['order-service'], DEADLINES_AFTER_MS);
        expect(await timers('due_at < clock_timestamp()')).toBeGreaterThanOrEqual(orders);
        expect(await arena.open('order-service'), 'orders past their deadline').toBeGreaterThanOrEqual(orders);
        await arena.system.restart('order-service', skewed({ offsetMs: -HOUR_MS }));
        await eventually(async () => expect(await timedOut()).toBe(orders), { timeoutMs: 60_000 });
        await arena.system.restart('payment-service');
      },
      { scenarios: ['timed out'], orders, once: true },
    );
    expect(await timedOut()).toBe(orders);
    await arena.system.restart('order-service');
  });
}

/** Every answer in turn; `refused` once the port is closed. */
async function readinessUntil(ended: Promise<unknown>, url: string): Promise<string> {
  const over = new AbortController();
  void ended.then(() => over.abort());
  let said = '';
  for (; !over.signal.aborted; await sleep(5)) {
    said += await fetch(`${url}/health/ready`).then(
      ({ status }) => `${status} `,
      () => 'refused ',
    );
  }
  return said;
}
