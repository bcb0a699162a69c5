import { describe, expect, it } from 'vitest';
import { systemIds } from '../core/index.js';
import type { InboundMessage, UnreadableMessage } from '../messaging/index.js';
import { createMemoryStore } from './create-memory-store.js';

const metadata = { correlationId: 'c' };
const message = (over: Partial<InboundMessage> = {}): InboundMessage => ({
  id: systemIds.next(),
  topic: 'shop.order.events.v1',
  key: 'order-1',
  type: 'shop.order.placed.v1',
  schemaVersion: 1,
  version: 3,
  data: { total: 100 },
  metadata,
  contentHash: 'one',
  ...over,
});
const unreadable = (offset: string): UnreadableMessage => ({
  message: { topic: 't', partition: 0, offset, key: null, headers: {}, value: Buffer.from('{') },
  reasonCode: 'not-json',
  detail: 'Unexpected end',
});

describe('the outgoing log in memory', () => {
  it('stores a command once, in the order in which commands were decided', async () => {
    const { outgoing, logs } = createMemoryStore();
    const commands = ['ShipOrder', 'BillOrder'].map((type) => ({
      id: systemIds.next(),
      key: 'saga/order-1',
      type,
      data: { a: 1 },
      metadata,
    }));
    await outgoing.append([commands[0]!]);
    await outgoing.append([{ ...commands[0]!, data: { a: 2 } }, commands[1]!]);
    const records = await logs.outgoing.read(await logs.outgoing.beginning(), 10);
    expect(records).toMatchObject(commands.map((command) => ({ ...command, schemaVersion: 1, version: 0 })));
  });
});

describe('the inbox in memory', () => {
  it('stores a message once and counts the others', async () => {
    const { inbound, logs } = createMemoryStore();
    const [one, two] = [message(), message()];
    expect(await inbound.store([one], [])).toEqual({ stored: 1, duplicates: 0, reused: [] });
    expect(await inbound.store([one, two, two], [])).toEqual({ stored: 1, duplicates: 2, reused: [] });
    const records = await logs.inbound.read(await logs.inbound.beginning(), 10);
    expect(records).toMatchObject(
      [one, two].map(({ id, key, type, version, data }) => ({ id, key, type, version, data })),
    );
  });

  it('names the ids that came again with other content, and keeps the first', async () => {
    const { inbound, logs } = createMemoryStore();
    const one = message();
    await inbound.store([one], []);
    const other = { ...one, data: { total: 1 }, contentHash: 'other' };
    expect(await inbound.store([other, one], [])).toEqual({ stored: 0, duplicates: 2, reused: [one.id] });
    expect((await logs.inbound.readAt(1n))!.data).toEqual(one.data);
  });

  it('keeps what nobody can read aside, once per place, newest first', async () => {
    const { inbound } = createMemoryStore();
    await inbound.store([], [unreadable('1'), unreadable('2')]);
    await inbound.store([], [unreadable('2'), unreadable('3')]);
    expect((await inbound.unreadable()).map(({ offset }) => offset)).toEqual(['3', '2', '1']);
    expect((await inbound.unreadable())[0]).toMatchObject({ topic: 't', partition: 0, reasonCode: 'not-json' });
  });
});
