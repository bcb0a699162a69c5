// What operators may do to many parked records at once, whatever the context is stored in.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SubscriptionKey } from '../../core/index.js';
import { changeMatching, formatRef, type OperatedContext, type RecordRef } from '../../operations/index.js';
import { appendTypes, type OperationsSubject } from './operations-parked.contract.js';

const order = { actor: 'operator:olga', dryRun: false };

/** `opened` is asked once, before the first test. */
export function describeManyParked(opened: () => OperationsSubject): void {
  let context: OperatedContext;
  beforeAll(() => {
    ({ context } = opened());
  });

  describe('many parked records', () => {
    const park = async (subscription: SubscriptionKey, count: number, reason: string, type = 'lab.opened') => {
      const one = async (): Promise<RecordRef> => {
        const stream = `lab-${randomUUID()}`;
        await appendTypes(opened(), stream, [type, 'lab.noted']);
        const written = await context.events.readStream(stream); // appends side by side do not lie beside each other
        const [failed, follower] = await Promise.all(
          written.map(({ position }) => context.logs.events.readAt(position)),
        );
        await context.parking.setAside(subscription, failed!, { attempts: 1, reason, delayMs: undefined });
        await context.parking.queueBehind(subscription, follower!);
        return { kind: 'record', context: context.name, subscription, position: failed!.position };
      };
      return Promise.all(Array.from({ length: count }, one));
    };
    const lab = (): SubscriptionKey => ({ name: `many/${randomUUID()}`, log: 'events' });
    const statuses = async ({ name }: SubscriptionKey) =>
      (await context.parking.list({ name })).map(({ status }) => status).toSorted();
    const replay = { ...order, change: 'replay', limit: 1_000, reason: 'mended' } as const;
    const giveUp = { ...order, change: 'discard', limit: 1_000, reason: 'test orders' } as const;

    it('are replayed by what they have in common, counted by reason, recorded one by one; again changes nothing', async () => {
      const subscription = lab();
      const mine = await park(subscription, 2, 'ES-1504: not started');
      await park(subscription, 1, 'TypeError: no');
      await park(lab(), 1, 'ES-1504: of another subscription');
      const filter = { subscription: subscription.name, reasonCode: 'ES-1504' };
      const counted = { matched: 2, behind: 2, byReason: { 'ES-1504': 2 } };
      expect(await changeMatching(context, filter, { ...replay, dryRun: true })).toEqual({ ...counted, changed: 0 });
      expect(await statuses(subscription)).not.toContain('waiting');
      expect(await changeMatching(context, filter, replay)).toEqual({ ...counted, changed: 2 });
      expect(await statuses(subscription)).toEqual(['behind', 'behind', 'behind', 'parked', 'waiting', 'waiting']);
      for (const ref of mine)
        expect(await context.operations.of(formatRef(ref))).toMatchObject([
          { action: 'parked.replay', actor: order.actor },
        ]);
      expect(await changeMatching(context, filter, replay)).toEqual({
        matched: 0,
        changed: 0,
        behind: 0,
        byReason: {},
      });
    });

    it('are chosen by key, type, log and time, and no more of them than asked for', async () => {
      const subscription = lab();
      const refs = [...(await park(subscription, 3, 'E: no')), ...(await park(subscription, 1, 'E: no', 'lab.closed'))];
      const matched = async (filter: Parameters<typeof changeMatching>[1], limit = 10) =>
        (
          await changeMatching(
            context,
            { subscription: subscription.name, ...filter },
            { ...replay, dryRun: true, limit },
          )
        ).matched;
      const key = (await context.logs.events.readAt(refs[0]!.position))!.key;
      const found = await Promise.all(refs.map(({ position }) => context.parked.find(subscription, position)));
      const parkedAt = new Date(Math.min(...found.map((one) => one!.parkedAt.getTime()))); // they were parked side by side
      expect(await matched({})).toBe(4);
      expect(await matched({}, 2)).toBe(2);
      expect(await matched({ key })).toBe(1);
      expect(await matched({ type: 'lab.closed' })).toBe(1);
      expect(await matched({ log: 'inbound' })).toBe(0);
      expect(await matched({ since: parkedAt })).toBe(4);
      expect(await matched({ before: parkedAt })).toBe(0);
    });

    it('are given up in portions with a reason, and their successors go on', async () => {
      const subscription = lab();
      await park(subscription, 101, 'E: no');
      const filter = { subscription: subscription.name };
      expect(await changeMatching(context, filter, giveUp)).toMatchObject({ matched: 101, changed: 101, behind: 101 });
      expect(new Set(await statuses(subscription))).toEqual(new Set(['behind']));
      expect(await context.parking.due(subscription, 200)).toHaveLength(101);
    });

    it('a filter without anything, and a change without a reason, are refused', async () => {
      await expect(changeMatching(context, {}, replay)).rejects.toThrow('would change every parked record');
      const filter = { key: 'k' };
      for (const change of [replay, giveUp])
        await expect(changeMatching(context, filter, { ...change, reason: undefined })).rejects.toThrow(
          'with a reason',
        );
    });
  });
}
