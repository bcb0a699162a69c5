// A broker that is not there, and two relays that each believe to be the only one.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { shopServices } from '../../tools/demo/checkout-shape.js';
import { freezeProcess } from '../../tools/kafka/freeze.js';
import { eventually } from '../support/eventually.js';
import { ask } from '../support/http.js';
import { SERVICE_MEMORY_BYTES, settled, watchMemory } from '../support/memory.js';
import type { Arena, UnderFire } from './arena.js';
import { watchLiveness } from './health.js';
import { openStory } from './stories.js';

/** Longer than a request to the broker may take; every night FROZEN_SECONDS=60. */
const FROZEN_MS = Number(process.env['FROZEN_SECONDS'] ?? 20) * 1_000;

export function brokerFaults(fire: UnderFire, broker: 'postgres' | 'kafka'): void {
  it('broker down at the start of the services: orders are taken, and flow once it is there [22]', async () => {
    const { arena } = fire;
    await Promise.all(shopServices.map((service) => arena.system.running(service).stop()));
    await arena.broker.down();
    await Promise.all(shopServices.map((service) => arena.system.restart(service)));
    await arena.survives(async () => {
      await expectOrdersTaken(arena);
      await arena.broker.up();
    });
  });

  it('broker killed in mid-flow and started again: orders are taken meanwhile [20]', async () => {
    const { arena } = fire;
    const alive = watchLiveness(arena);
    await arena.survives(async () => {
      await arena.midFlow('payment-service');
      await arena.broker.down();
      await expectOrdersTaken(arena);
      await arena.broker.up();
    });
    expect(await alive.end()).toEqual([]);
  });

  it.runIf(broker === 'kafka')(
    'broker frozen for longer than a request may take: both services live on, and what waits piles up in no memory [21]',
    async () => {
      const { arena } = fire;
      const alive = watchLiveness(arena);
      let sizes: number[][] = [];
      await arena.survives(async () => {
        await arena.midFlow('payment-service');
        await arena.broker.freeze!();
        try {
          await expectOrdersTaken(arena);
          const memories = shopServices.map((service) => watchMemory(arena.system.running(service).pid));
          await sleep(FROZEN_MS);
          sizes = await Promise.all(memories.map((memory) => memory.end()));
        } finally {
          await arena.broker.thaw!();
        }
      });
      expect(await alive.end()).toEqual([]);
      for (const [at, service] of shopServices.entries()) {
        expect([service, Math.max(...sizes[at]!) < SERVICE_MEMORY_BYTES]).toEqual([service, true]);
        expect([service, settled(sizes[at]!)], 'that memory settles').toEqual([service, true]);
      }
    },
  );

  it('two relays at once, the former holder of the lease frozen and then awake again: the order of each key is kept', async () => {
    const { arena } = fire;
    const first = arena.system.running('order-service'); // nobody else has had the lease so far
    const replica = await arena.system.startReplica('order-service');
    arena.front('order-service', replica.url);
    try {
      await arena.survives(async () => {
        await arena.midFlow('order-service');
        await freezeUntilReplaced(arena, first.pid);
        // Now taken from whoever has it, while that one is at work.
        for (let times = 0; times < 4; times += 1) await expireUntilReplaced(arena);
      });
    } finally {
      arena.front('order-service', undefined);
    }
    expect(await replica.stop()).toBe(0);
  });
}

/** New orders are acknowledged, none of them is confirmed, and health says why. */
async function expectOrdersTaken(arena: Arena): Promise<void> {
  const shop = await arena.shop();
  const placed = Array.from({ length: 5 }, () => openStory(shop, 'paid', [{ sku: 'mug', quantity: 1 }]));
  for (const { story } of await Promise.all(placed)) arena.remember(story);
  const degraded = async () => {
    const { status, text } = await ask({ method: 'GET', url: `${arena.urlOf('order-service')}/health/ready` });
    expect([status, JSON.parse(text)]).toMatchObject([200, { checks: { broker: { status: 'degraded' } } }]);
  };
  await eventually(degraded, { timeoutMs: 20_000 });
  for (const { orderId } of await Promise.all(placed)) expect((await shop.order(orderId)).status).toBe('placed');
}

async function relayLease(arena: Arena): Promise<{ owner: string | undefined; epoch: number }> {
  const [row] = await arena.queries['order-service'](
    `SELECT lease_owner AS owner, lease_epoch::text AS epoch FROM event_store.subscriptions WHERE name = 'OrderPublisher'`,
  );
  return { owner: row!['owner'] ?? undefined, epoch: Number(row!['epoch']) };
}

async function heldLease(arena: Arena): Promise<{ owner: string; epoch: number }> {
  return eventually(async () => {
    const { owner, epoch } = await relayLease(arena);
    if (owner === undefined) throw new Error('nobody holds the lease of the relay');
    return { owner, epoch };
  });
}

/** Longer than a lease lasts, and a look for a free one. */
const TAKEN_WITHIN_MS = 15_000;

/** Frozen in the middle of a commit it would keep the lease's row locked, and nobody could take over: then at another moment. */
async function freezeUntilReplaced(arena: Arena, pid: number): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await heldLease(arena);
    await freezeProcess(pid);
    try {
      await expectAnotherHolder(arena, before, TAKEN_WITHIN_MS);
      return;
    } catch (error) {
      if (attempt === 3) throw error;
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }
}

/** Its holder may renew it before anybody else has looked: then once more. */
async function expireUntilReplaced(arena: Arena): Promise<void> {
  const before = await heldLease(arena);
  await eventually(
    async () => {
      await arena.queries['order-service'](
        `UPDATE event_store.subscriptions SET leased_until = clock_timestamp() - interval '1 second'
          WHERE name = 'OrderPublisher' AND lease_owner = $1`,
        [before.owner],
      );
      await expectAnotherHolder(arena, before, 0);
    },
    { timeoutMs: 30_000, everyMs: 100 },
  );
}

async function expectAnotherHolder(
  arena: Arena,
  before: { readonly owner: string; readonly epoch: number },
  timeoutMs: number,
): Promise<void> {
  await eventually(
    async () => {
      const { owner, epoch } = await relayLease(arena);
      expect([owner, epoch > before.epoch]).toEqual([expect.stringMatching(/./) as string, true]);
      expect(owner).not.toBe(before.owner);
    },
    { timeoutMs },
  );
}
