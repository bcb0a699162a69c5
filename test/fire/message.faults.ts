// Messages that come again and again, and messages that should never have been sent.
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { discardParked, parseRef } from '../../libs/event-store/src/operations/index.js';
import { partitionOf } from '../../libs/event-store/src/messaging/index.js';
import type { PublishedMessage, SystemState } from '../../libs/event-store/src/testing/invariants/index.js';
import { ORDER_EVENTS, PAYMENT_EVENTS, type ShopService } from '../../tools/demo/checkout-shape.js';
import { open } from '../../tools/es/session.js';
import { eventually } from '../support/eventually.js';
import { scrape } from '../support/scrape.js';
import type { Arena, UnderFire } from './arena.js';
import { placeName } from './broker-under-fire.js';
import { deadLettersOf } from './dead-letters.js';
import { captured, poisonLike } from './poison.js';
import { openStory } from './stories.js';

const PARTITIONS = 6;
const COPIES = 1_000;
/** How long an event waits for the start of its process here, in milliseconds; up to twice as long. */
const ORPHAN_WAIT_MS = 4_000;
const readers = { [ORDER_EVENTS]: 'payment-service', [PAYMENT_EVENTS]: 'order-service' } as const;
const TYPES = ['shop.order.placed.v1', 'shop.payment.captured.v1'];
const topics = [ORDER_EVENTS, PAYMENT_EVENTS] as const;

export function messageFaults(fire: UnderFire): void {
  it(`the same message ${COPIES} times: it has its effect once, and is counted each time [13]`, async () => {
    const { arena } = fire;
    const originals = Object.values(await samplesOf(arena));
    const before = await eventsOf(arena, originals);
    const once = await copiesOf(arena, originals);
    const ignored = () => Promise.all(originals.map(({ topic }) => ignoredOf(arena, topic)));
    const ignoredBefore = await ignored();
    await arena.survives(async () => {
      await arena.midFlow('payment-service');
      for (const { topic, key, headers, value } of originals) {
        const copies = Array.from({ length: COPIES }, () => ({ topic, key: key!, headers, value: value! }));
        expect(await arena.broker.client.publish(copies)).toEqual([]);
      }
    });
    expect(await copiesOf(arena, originals)).toEqual(once.map((copies) => copies + COPIES));
    expect(await eventsOf(arena, originals)).toEqual(before);
    // A broker may bring some of them once more. The first time it is shown a count is 0.
    await eventually(async () => {
      for (const [index, count] of (await ignored()).entries())
        expect(count).toBeGreaterThanOrEqual(ignoredBefore[index]! + COPIES);
    });
  });

  it('poison of every kind on every partition of both topics: each is kept aside with its reason, mirrored, and nothing else waits [15]', async () => {
    const { arena } = fire;
    const samples = await samplesOf(arena);
    const expected = new Map<string, string>();
    for (const topic of topics) {
      arena.plant({ service: readers[topic], as: 'unreadable', keys: [samples[topic].key] });
    }
    const said = new Map(topics.map((topic) => [topic, arena.follow(readers[topic])]));
    await arena.survives(async () => {
      await arena.midFlow('payment-service');
      for (const topic of topics) {
        for (const [index, { reasonCode, message }] of poisonLike(samples[topic]).entries()) {
          expected.set(await arena.broker.put({ ...message, partition: index % PARTITIONS }), reasonCode);
        }
      }
      await eventually(async () => expect(await keptAside(arena)).toEqual(expected), { timeoutMs: 30_000 });
    });
    expect(await keptAside(arena)).toEqual(expected);
    expect(await deadLettersOf(arena.broker.client, expected.size)).toEqual(expected);
    for (const topic of topics) {
      // A group that went back to its poison would say so every time. It may come twice: a broker delivers at least once.
      const lines = (await (await said.get(topic)!)()).split('\n').filter((line) => line.includes('set aside'));
      expect(lines.length).toBeLessThanOrEqual(2 * poisonLike(samples[topic]).length);
      const lag = async () =>
        expect(await arena.broker.client.lag(readers[topic], [topic])).toEqual([{ topic, messages: 0 }]);
      await eventually(lag, { timeoutMs: 30_000 });
    }
  });

  it('payments captured for no order, and with another amount: parked with an alarm, and no order changes [15]', async () => {
    const { arena } = fire;
    arena.env['ORPHAN_WAIT_MS'] = String(ORPHAN_WAIT_MS);
    await arena.system.running('order-service').stop();
    await arena.system.restart('order-service');
    const said = await arena.follow('order-service');

    const orphan = captured(randomUUID(), 890);
    const shop = await arena.shop();
    const { orderId, story } = await openStory(shop, 'paid', [{ sku: 'slow-boat-ticket', quantity: 1 }]);
    const wrong = captured(orderId, 1);
    const ids = new Set([orphan.id, wrong.id]);
    arena.plant({ service: 'order-service', as: 'parked', keys: [orphan.message.key], messageIds: [orphan.id] });
    arena.ignore((state) => withoutMessage(state, wrong.id)); // in the end nothing is left of it
    arena.remember(story);
    // Before that the wrong one would have to wait as well.
    const started = `SELECT count(*)::text FROM event_store.processes WHERE process = 'checkout' AND id = $1`;
    await eventually(async () => expect(await arena.count('order-service', started, [orderId])).toBe(1));
    await arena.survives(async () => {
      for (const { message } of [orphan, wrong]) {
        await arena.broker.put({ ...message, partition: partitionOf(message.key!, PARTITIONS) });
      }
      await eventually(
        async () =>
          expect(await parked(arena, ids)).toEqual({
            [orphan.id]: expect.stringMatching(/^parked checkout, ([2-9]|\d\d+) attempts, ES-1504: /) as string,
            [wrong.id]: expect.stringMatching(/^parked checkout, 1 attempts, /) as string,
          }),
        { timeoutMs: 30_000 },
      );
      expect(await shop.order(orderId)).toMatchObject({ status: 'placed', version: 1 });
      // Its own payment stands behind the wrong one, until somebody has looked at that.
      await eventually(async () => expect(await behind(arena, orderId)).toBe(1), { timeoutMs: 30_000 });
      expect(await shop.order(orderId)).toMatchObject({ status: 'placed', version: 1 });
      await discard(arena, wrong.id);
    });
    const alarms = (await said()).split('\n').filter((line) => line.includes('has parked a record'));
    expect(alarms.map((line) => (JSON.parse(line) as { id: string }).id).sort()).toEqual([...ids].sort());

    delete arena.env['ORPHAN_WAIT_MS'];
    await arena.system.running('order-service').stop();
    await arena.system.restart('order-service');
  });

  it('a consumer group that has lost its offsets: everything comes again, and changes nothing [25]', async () => {
    const { arena } = fire;
    const originals = Object.values(await samplesOf(arena));
    const before = await eventsOf(arena, originals);
    const service = readers[ORDER_EVENTS];
    const lag = () => arena.broker.client.lag(service, [ORDER_EVENTS]);
    await arena.survives(
      async () => {
        await arena.midFlow(service);
        await arena.system.running(service).stop();
        await arena.broker.forgetGroup(service);
        const all = (await arena.published()).filter(({ topic }) => topic === ORDER_EVENTS).length;
        expect((await lag())[0]!.messages).toBeGreaterThanOrEqual(all);
        await arena.system.restart(service);
        await eventually(async () => expect(await lag()).toEqual([{ topic: ORDER_EVENTS, messages: 0 }]), {
          timeoutMs: 30_000,
        });
      },
      { once: true },
    );
    expect(await eventsOf(arena, originals)).toEqual(before);
  });
}

/** Messages of the topic that its reader, since it runs, has recognised as come before. */
async function ignoredOf(arena: Arena, topic: string): Promise<number> {
  const shown = await scrape(arena.system.running(readers[topic as keyof typeof readers]).metricsUrl!);
  return shown.sum('event_store_inbox_duplicates_total', { messaging_destination_name: topic });
}

/** Of each topic a message that was read well; makes some where nothing was played yet. */
async function samplesOf(arena: Arena): Promise<Record<(typeof topics)[number], PublishedMessage>> {
  const find = async () => {
    const messages = (await arena.published()).filter(({ headers }) => TYPES.includes(headers['ce_type']!));
    return topics.map((topic) => messages.find((message) => message.topic === topic));
  };
  if ((await find()).includes(undefined)) await arena.survives(() => Promise.resolve());
  const [order, payment] = await find();
  return { [ORDER_EVENTS]: order!, [PAYMENT_EVENTS]: payment! };
}

/** How often each lies on its topic. */
async function copiesOf(arena: Arena, messages: readonly PublishedMessage[]): Promise<number[]> {
  const all = (await arena.published()).map(({ headers }) => headers['ce_id']);
  return messages.map(({ headers }) => all.filter((id) => id === headers['ce_id']).length);
}

/** The streams of both services that the messages are about, as they are. */
async function eventsOf(arena: Arena, messages: readonly PublishedMessage[]): Promise<unknown> {
  const ids = messages.map(({ key }) => key);
  const streams = ids.flatMap((id) => [`order-${id}`, `payment-${id}`]);
  return Promise.all(
    Object.values(arena.queries).map((query) =>
      query(`SELECT id::text, type FROM event_store.events WHERE stream = ANY($1) ORDER BY position`, [streams]),
    ),
  );
}

/** Place → reason code, of all that both services could not read. */
async function keptAside(arena: Arena): Promise<Map<string, string>> {
  const rows = await Promise.all(
    Object.values(arena.queries).map((query) =>
      query(`SELECT topic, partition::text, "offset", reason_code AS reason FROM event_store.unreadable_messages`),
    ),
  );
  return new Map(
    rows.flat().map((row) => {
      const place = { topic: row['topic']!, partition: Number(row['partition']), offset: row['offset']! };
      return [placeName(place), row['reason']!];
    }),
  );
}

async function parked(arena: Arena, ids: ReadonlySet<string>): Promise<Record<string, string>> {
  const rows = await arena.queries['order-service'](
    `SELECT message_id AS id, format('%s %s, %s attempts, %s', status, subscription, attempts, reason) AS how
       FROM event_store.parked_messages WHERE message_id = ANY($1)`,
    [[...ids]],
  );
  return Object.fromEntries(rows.map((row) => [row['id']!, row['how']!]));
}

function behind(arena: Arena, orderId: string): Promise<number> {
  return arena.count(
    'order-service',
    `SELECT count(*)::text FROM event_store.parked_messages WHERE key = $1 AND status = 'behind'`,
    [orderId],
  );
}

/** What an operator does who has found out that the message was wrong. */
async function discard(arena: Arena, messageId: string): Promise<void> {
  const name: ShopService = 'order-service';
  const sql = `SELECT position::text FROM event_store.parked_messages WHERE subscription = 'checkout' AND message_id = $1`;
  const ref = parseRef(`${name}/checkout/inbound/${await arena.count(name, sql, [messageId])}`);
  if (ref.kind !== 'record') throw new Error('A parked record was expected.');
  const context = await open({ context: name, url: arena.system.databaseUrl(name) });
  try {
    const order = { actor: 'olivia', reason: 'Nobody paid this.', dryRun: false };
    expect(await discardParked(context, ref, order)).toMatchObject({ outcome: 'done' });
  } finally {
    await context.close();
  }
}

function withoutMessage(state: SystemState, messageId: string): SystemState {
  return {
    ...state,
    published: state.published.filter(({ headers }) => headers['ce_id'] !== messageId),
    services: state.services.map((service) => ({
      ...service,
      inbound: service.inbound.filter(({ id }) => id !== messageId),
    })),
  };
}
