// What operators may do to many unreadable messages at once, whatever the context is stored in.
import { randomUUID } from 'node:crypto';
import { IsString } from 'class-validator';
import { beforeAll, describe, expect, it } from 'vitest';
import { integrationDecoder, IntegrationEvent } from '../../messaging/index.js';
import {
  changeMatchingUnreadable,
  formatRef,
  type MatchingUnreadable,
  type OperatedContext,
} from '../../operations/index.js';
import type { OperationsSubject } from './operations-parked.contract.js';

@IntegrationEvent('lab.sent.v1')
class SentV1 {
  @IsString()
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const decoder = integrationDecoder([{ topic: 'lab', partitions: 1, events: [SentV1] }]);
const order = { actor: 'operator:olga', dryRun: false, decoder, limit: 1_000 };
const replay = { ...order, change: 'replay', reason: 'this build knows it' } as const;
const giveUp = { ...order, change: 'discard', reason: 'noise' } as const;

/** `opened` is asked once, before the first test. */
export function describeManyUnreadable(opened: () => OperationsSubject): void {
  let context: OperatedContext;
  beforeAll(() => {
    ({ context } = opened());
  });

  describe('many unreadable messages', () => {
    /** Stores one of `key`; what it is called. */
    const put = async (key: string, data: object, { type = 'lab.sent.v1', reasonCode = 'unknown-type' } = {}) => {
      const id = randomUUID();
      const headers = { ce_id: id, ce_type: type };
      const value = Buffer.from(JSON.stringify(data));
      const message = { topic: 'lab', partition: 0, offset: randomUUID(), key, headers, value };
      await context.inbound.store([], [{ message, reasonCode, detail: 'as it came' }]);
      return id;
    };
    const refs = async (key: string) =>
      (await context.parked.unreadable({ key, oldestFirst: true, limit: 1_000 })).map(({ id }) =>
        formatRef({ kind: 'unreadable', context: context.name, id }),
      );
    /** The data of `key` in the inbox from `start` on, in its order. */
    const inInbox = async (key: string, start: bigint) => {
      const { last } = await context.facts.endOf('inbound', 0);
      const positions = Array.from({ length: Number(last - start) }, (_, index) => start + BigInt(index) + 1n);
      const records = await Promise.all(positions.map((position) => context.logs.inbound.readAt(position)));
      return records.filter((record) => record?.key === key).map((record) => record!.data);
    };

    it('of a key are read again in the order they came, recorded one by one; what no build can read stays and holds up no other', async () => {
      const key = randomUUID();
      const { last: start } = await context.facts.endOf('inbound', 0);
      for (const text of ['one', 'two', 3, 'four']) await put(key, { text });
      await put(randomUUID(), { text: 'of another key' });
      const names = await refs(key);
      const counted = { matched: 4, unreadableStill: { 'invalid-data': 1 }, byReason: { 'unknown-type': 4 } };
      const dry = { ...replay, dryRun: true, reason: undefined };
      expect(await changeMatchingUnreadable(context, { key }, dry)).toEqual({ ...counted, changed: 0 });
      expect([await inInbox(key, start), await refs(key)]).toEqual([[], names]);
      expect(await changeMatchingUnreadable(context, { key }, replay)).toEqual({ ...counted, changed: 3 });
      expect(await inInbox(key, start)).toEqual([{ text: 'one' }, { text: 'two' }, { text: 'four' }]);
      expect(await refs(key)).toEqual([names[2]]);
      const recorded = { action: 'unreadable.replay', actor: order.actor, reason: replay.reason };
      expect(await Promise.all(names.map((name) => context.operations.of(name)))).toMatchObject([
        [recorded],
        [recorded],
        [],
        [recorded],
      ]);
      const again = { matched: 1, changed: 0, unreadableStill: { 'invalid-data': 1 }, byReason: { 'unknown-type': 1 } };
      expect(await changeMatchingUnreadable(context, { key }, replay)).toEqual(again);
    });

    it('are the oldest where no more are asked for, and chosen by type, reason and time', async () => {
      const key = randomUUID();
      const { last: start } = await context.facts.endOf('inbound', 0);
      for (const text of ['one', 'two', 'three']) await put(key, { text });
      await put(key, {}, { type: 'lab.sung.v1', reasonCode: 'missing-id' });
      const [oldest] = await context.parked.unreadable({ key, oldestFirst: true, limit: 1 });
      const before = oldest!.receivedAt;
      const matched = async (filter: MatchingUnreadable) =>
        (await changeMatchingUnreadable(context, { key, ...filter }, { ...replay, dryRun: true })).matched;
      expect(await matched({ type: 'lab.sent.v1' })).toBe(3);
      expect(await matched({ reasonCode: 'missing-id' })).toBe(1);
      expect(await matched({ since: before })).toBe(4);
      expect(await matched({ before })).toBe(0);
      await changeMatchingUnreadable(context, { key }, { ...replay, limit: 2 });
      expect(await inInbox(key, start)).toEqual([{ text: 'one' }, { text: 'two' }]);
    });

    it('are given up with a reason, and listed no more; again changes nothing', async () => {
      const key = randomUUID();
      for (const text of ['one', 'two']) await put(key, { text }, { reasonCode: 'invalid-data' });
      const counted = { matched: 2, changed: 2, unreadableStill: {}, byReason: { 'invalid-data': 2 } };
      expect(await changeMatchingUnreadable(context, { key }, giveUp)).toEqual(counted);
      expect(await refs(key)).toEqual([]);
      const none = { matched: 0, changed: 0, unreadableStill: {}, byReason: {} };
      expect(await changeMatchingUnreadable(context, { key }, giveUp)).toEqual(none);
    });

    it('are not changed without a filter that names something, nor without a reason', async () => {
      await expect(changeMatchingUnreadable(context, {}, replay)).rejects.toThrow('every unreadable message');
      for (const change of [replay, giveUp])
        await expect(changeMatchingUnreadable(context, { key: 'k' }, { ...change, reason: undefined })).rejects.toThrow(
          'with a reason',
        );
    });
  });
}
