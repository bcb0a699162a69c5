// What every store of dead letters keeps: what is parked is handed to one at a time, until the mark that the broker has it.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { ParkingStore, RecordToPark, SubscriptionKey } from '../../core/index.js';
import type { ClaimedLetter, DeadLetterStore, InboundLog } from '../../messaging/index.js';
import type { OperatorChanges, ParkedDirectory } from '../../operations/index.js';

export interface DeadLettersSubject {
  readonly deadLetters: DeadLetterStore;
  readonly parking: ParkingStore;
  readonly inbound: InboundLog;
  readonly parked: ParkedDirectory;
  readonly changes: OperatorChanges;
}

/** `open` gives an empty one each time. */
export function describeDeadLetters(
  name: string,
  open: () => Promise<DeadLettersSubject>,
  close: () => Promise<void>,
): void {
  describe(`${name} as a store of dead letters`, () => {
    let subject: DeadLettersSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterAll(close);

    const key: SubscriptionKey = { name: 'summary', log: 'events' };
    const record = (position: bigint): RecordToPark => ({
      position,
      id: randomUUID(),
      type: 'test.happened',
      key: 'a',
    });
    const forGood = { attempts: 8, reason: 'ES-1201: down', delayMs: undefined };
    const park = (position: bigint, reason = forGood.reason) =>
      subject.parking.setAside(key, record(position), { ...forGood, reason });
    const receive = (offset: string) =>
      subject.inbound.store(
        [],
        [
          {
            message: {
              topic: 't',
              partition: 0,
              offset,
              key: 'k',
              headers: { ce_id: offset },
              value: Buffer.from([0, 255]),
            },
            reasonCode: 'not-json',
            detail: 'The value is not JSON.',
          },
        ],
      );
    const claim = (limit = 10, ms = 60_000) => subject.deadLetters.claim(limit, ms);
    const places = (letters: readonly ClaimedLetter[]) =>
      letters.map(({ letter }) => (letter.kind === 'record' ? letter.message.position : letter.message.message.offset));

    it('hands out what is parked for good and what nobody could read, as it came, and nothing else', async () => {
      await park(1n);
      await subject.parking.setAside(key, record(2n), { ...forGood, delayMs: 60_000 });
      await subject.parking.queueBehind(key, record(3n));
      await receive('7');
      expect(await subject.deadLetters.waiting()).toBe(2);
      const [first, second, ...more] = await claim();
      expect(first!.letter).toMatchObject({
        kind: 'record',
        message: {
          ...key,
          position: 1n,
          key: 'a',
          attempts: 8,
          reason: 'ES-1201: down',
          parkedAt: expect.any(Date) as Date,
        },
      });
      expect(second!.letter).toMatchObject({
        kind: 'unreadable',
        receivedAt: expect.any(Date) as Date,
        message: {
          message: {
            topic: 't',
            partition: 0,
            offset: '7',
            key: 'k',
            headers: { ce_id: '7' },
            value: Buffer.from([0, 255]),
          },
          reasonCode: 'not-json',
          detail: 'The value is not JSON.',
        },
      });
      expect(more).toEqual([]);
      const found = second!.letter.kind === 'unreadable' && (await subject.parked.findUnreadable(second!.letter.id));
      expect(found).toMatchObject({ message: { offset: '7' } });
    });

    it('hands one to nobody else while it is claimed, and to the next when the claim has run out', async () => {
      for (const position of [1n, 2n, 3n]) await park(position);
      expect(places(await claim(2))).toEqual([1n, 2n]);
      expect(places(await claim(2, 0))).toEqual([3n]);
      expect(places(await claim())).toEqual([3n]);
      expect(await claim()).toEqual([]);
      expect(await subject.deadLetters.waiting()).toBe(3);
    });

    it('goes to exactly one of many who claim at the same time', async () => {
      for (const position of [1n, 2n, 3n, 4n]) await park(position);
      const all = await Promise.all(Array.from({ length: 8 }, () => claim(2)));
      expect(places(all.flat())).toHaveLength(4);
      expect(new Set(places(all.flat()))).toEqual(new Set([1n, 2n, 3n, 4n]));
    });

    it('forgets what was mirrored, safe to repeat', async () => {
      await park(1n);
      await receive('7');
      const claimed = await claim(10, 0);
      await subject.deadLetters.mirrored(claimed);
      await subject.deadLetters.mirrored(claimed);
      expect(await claim()).toEqual([]);
      expect(await subject.deadLetters.waiting()).toBe(0);
    });

    it('takes no mark from whoever was late with it', async () => {
      await park(1n);
      await receive('7');
      const late = await claim(10, 0);
      const next = await claim(10, 0);
      await subject.deadLetters.mirrored(late);
      expect(await subject.deadLetters.waiting()).toBe(2);
      await subject.deadLetters.mirrored(next);
      expect(await subject.deadLetters.waiting()).toBe(0);
    });

    it('hands out again what was replayed and is parked once more, for its new reason', async () => {
      await park(1n);
      const before = await claim();
      await subject.deadLetters.mirrored(before);
      expect(await subject.parking.replay(key, 1n)).toBe(true);
      expect(await subject.deadLetters.waiting()).toBe(0);
      await park(1n, 'ES-1202: still down');
      await subject.deadLetters.mirrored(before);
      expect((await claim()).map(({ letter }) => letter)).toMatchObject([
        { message: { reason: 'ES-1202: still down' } },
      ]);
    });

    it('is counted for operators from the first claim on, until all of it is mirrored', async () => {
      const unmirrored = async () => (await subject.parked.counts()).unmirrored;
      await park(1n);
      await park(2n);
      await receive('7');
      expect(await unmirrored()).toBe(0); // where nobody mirrors, nothing waits for it
      const first = await claim(1, 0);
      expect(await unmirrored()).toBe(3);
      await subject.deadLetters.mirrored(first);
      await subject.deadLetters.mirrored(await claim());
      expect(await unmirrored()).toBe(0);
    });

    it('leaves out what an operator has dealt with', async () => {
      await park(1n);
      await receive('7');
      const [, unreadable] = await claim(10, 0);
      const by = { actor: 'operator:olga', reason: 'noise' };
      await subject.changes.parked('discard', [{ ...key, position: 1n }], by);
      if (unreadable!.letter.kind === 'unreadable')
        await subject.changes.unreadable(unreadable!.letter.id, undefined, by);
      expect(await claim()).toEqual([]);
      expect(await subject.deadLetters.waiting()).toBe(0);
    });
  });
}
