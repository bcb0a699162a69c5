// The inbox and the outgoing commands: each message once, in order, readable as logs.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { contentHash, recordOf, type LogName, type LogRecord } from '../../core/index.js';
import type { InboundMessage, UnreadableMessage } from '../../messaging/index.js';
import type { OutgoingCommand } from '../../processes/index.js';
import { PostgresInboundLog } from './inbound-log.js';
import { inboundTable, outgoingTable } from './log-table.js';
import { PostgresOutgoingLog } from './outgoing-log.js';
import { PostgresSettledLog } from './settled-log.js';
import { Waking } from './waking.js';

let test: TestStore;
const waking = new Waking();
const signal = vi.spyOn(waking, 'signal');
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

const signals = (log: LogName) => signal.mock.calls.filter(([name]) => name === log).length;

describe('PostgresInboundLog', () => {
  let log: PostgresInboundLog;
  beforeAll(() => {
    log = new PostgresInboundLog(test.database, waking);
  });

  const message = (fields: Partial<InboundMessage> = {}): InboundMessage => {
    const data = fields.data ?? { orderId: randomUUID(), emoji: '🙂', amountMinor: 12 };
    return {
      id: randomUUID(),
      topic: 'shop.order.events.v1',
      key: 'order-1',
      type: 'shop.order.placed.v1',
      schemaVersion: 1,
      version: 3,
      data,
      metadata: { correlationId: 'c', causationId: 'e', traceparent: '00-1-2-03' },
      contentHash: contentHash(data),
      ...fields,
    };
  };
  const unreadable = (fields: Partial<UnreadableMessage['message']> = {}): UnreadableMessage => ({
    message: {
      topic: 't',
      partition: 0,
      offset: '7',
      key: 'k',
      headers: { a: 'b' },
      value: Buffer.from([0, 255, 1]),
      ...fields,
    },
    reasonCode: 'not-json',
    detail: 'Unexpected token',
  });
  const all = async (): Promise<LogRecord[]> => {
    const settled = new PostgresSettledLog({
      connection: { url: test.url, applicationName: 'test' },
      table: inboundTable,
    });
    const records: LogRecord[] = [];
    try {
      const { epoch } = await settled.beginning();
      for (;;) {
        // A page ends at a gap, and there are gaps: two that store the same message at once may both draw a position.
        const page = await settled.read({ epoch, position: records.at(-1)?.position ?? 0n }, 1_000);
        if (page.length === 0) return records;
        records.push(...page);
      }
    } finally {
      await settled.close();
    }
  };

  it('stores messages in the order they came, and gives them back as records', async () => {
    const messages = [message(), message({ key: 'order-2' }), message()];
    expect(await log.store(messages, [])).toEqual({ stored: 3, duplicates: 0, reused: [] });
    const records = (await all()).slice(-3);
    const time = expect.any(Date);
    expect(records.map((record) => recordOf(record, {}))).toEqual(
      messages.map(({ topic: _topic, contentHash: _hash, ...fields }, index) => ({
        ...fields,
        time,
        bytes: expect.any(Number) as number,
        sealed: false,
        position: records[index]!.position,
      })),
    );
  });

  it('stores a message once, however often it comes', async () => {
    const one = message();
    const results = await Promise.all(Array.from({ length: 10 }, () => log.store([one], [])));
    expect(results.reduce((sum, { stored }) => sum + stored, 0)).toBe(1);
    expect(await log.store([one, one, message()], [])).toEqual({ stored: 1, duplicates: 2, reused: [] });
    expect((await all()).filter(({ id }) => id === one.id)).toHaveLength(1);
  });

  it('draws no position for a message it has already', async () => {
    const one = message();
    await log.store([one], []);
    await log.store([one], []);
    await log.store([message()], []);
    const [before, after] = (await all()).slice(-2);
    expect(after!.position).toBe(before!.position + 1n);
  });

  it('names ids that come again with other content, also within one batch, and keeps the first', async () => {
    const first = message();
    const other = message({ id: first.id });
    expect(await log.store([first, other], [])).toEqual({ stored: 1, duplicates: 1, reused: [first.id] });
    expect(await log.store([other], [])).toEqual({ stored: 0, duplicates: 1, reused: [first.id] });
    expect((await all()).find(({ id }) => id === first.id)!.data).toEqual(first.data);
  });

  it('keeps unreadable messages byte for byte, once per place, newest first', async () => {
    const odd = unreadable({ offset: '8', key: null, headers: { nul: 'a\0b' }, value: null });
    await log.store([], [unreadable(), odd]);
    await log.store([], [unreadable()]);
    expect(await log.unreadable()).toMatchObject([
      { topic: 't', partition: 0, offset: '8', reasonCode: 'not-json' },
      { topic: 't', partition: 0, offset: '7', detail: 'Unexpected token', receivedAt: expect.any(Date) },
    ]);
    const { rows } = await test.database.query({
      text: 'SELECT key, headers, value FROM event_store.unreadable_messages ORDER BY id',
    });
    expect(rows).toEqual([
      { key: 'k', headers: { a: 'b' }, value: Buffer.from([0, 255, 1]) },
      { key: null, headers: { nul: 'a\u{FFFD}b' }, value: null },
    ]);
  });

  it('keeps another unreadable message at a known place, as when a topic was made again or the broker changed', async () => {
    const before = (await log.unreadable()).length;
    await log.store([], [unreadable({ offset: '99' }), unreadable({ offset: '99', value: null })]);
    await log.store([], [unreadable({ offset: '99', headers: { other: 'x' } }), unreadable({ offset: '99' })]);
    expect((await log.unreadable()).length).toBe(before + 3);
  });

  it('stores all of a batch or nothing', async () => {
    const good = message();
    const impossible = message({ data: { text: 'NUL \0' } });
    await expect(log.store([good, impossible], [])).rejects.toMatchObject({ code: '22P05' });
    expect((await all()).some(({ id }) => id === good.id)).toBe(false);
  });

  it('wakes readers when there is something new, in a unit of work after its commit', async () => {
    const one = message();
    const before = signals('inbound');
    await test.unitOfWork.run(async () => {
      await log.store([one], []);
      expect(signals('inbound')).toBe(before);
    });
    expect(signals('inbound')).toBe(before + 1);
    await log.store([one], []);
    expect(signals('inbound')).toBe(before + 1);
  });
});

describe('PostgresOutgoingLog', () => {
  const command = (fields: Partial<OutgoingCommand> = {}): OutgoingCommand => ({
    id: randomUUID(),
    key: 'checkout/order-1',
    type: 'ConfirmOrder',
    data: { orderId: '1' },
    metadata: { correlationId: 'c', actor: 'saga:checkout' },
    ...fields,
  });

  it('stores commands in order, those it has already not again, and gives them back as records', async () => {
    const log = new PostgresOutgoingLog(test.database, waking);
    const [one, two, three] = [command(), command({ key: 'checkout/order-2' }), command()];
    const before = signals('outgoing');
    await log.append([one, two]);
    await log.append([one, two, three]);
    await log.append([]);
    expect(signals('outgoing')).toBe(before + 2);
    const settled = new PostgresSettledLog({
      connection: { url: test.url, applicationName: 'test' },
      table: outgoingTable,
    });
    const records = await settled.read(await settled.beginning(), 10);
    await settled.close();
    const fixed = { version: 0, schemaVersion: 1, time: expect.any(Date), bytes: expect.any(Number), sealed: false };
    expect(records.map((record) => recordOf(record, {}))).toEqual(
      [one, two, three].map((each, index) => ({ ...each, ...fixed, position: BigInt(index + 1) })),
    );
  });

  it('commits with the unit of work, and wakes readers only then', async () => {
    const log = new PostgresOutgoingLog(test.database, waking);
    const lost = command();
    const before = signals('outgoing');
    const failing = test.unitOfWork.run(async () => {
      await log.append([lost]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    const { rows } = await test.database.query({
      text: 'SELECT 1 FROM event_store.outgoing_commands WHERE id = $1',
      values: [lost.id],
    });
    expect([rows, signals('outgoing')]).toEqual([[], before]);
  });
});
