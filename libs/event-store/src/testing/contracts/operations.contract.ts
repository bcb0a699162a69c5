// What operators see, whatever the context is stored in; the contracts beside it have what they may do.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  examine,
  findStream,
  forgetSubject,
  readStreamAt,
  tail,
  type OperatedContext,
} from '../../operations/index.js';
import { describeOperatorChanges } from './operations-changes.contract.js';
import { describeManyParked } from './operations-many.contract.js';
import { appendTypes, describeParkedOperations, type OperationsSubject } from './operations-parked.contract.js';
import { describeManyUnreadable } from './operations-unreadable.contract.js';

export type { OperationsSubject } from './operations-parked.contract.js';

export function describeOperations(store: string, open: () => Promise<OperationsSubject>): void {
  describe(`operations on ${store}`, () => {
    let subject: OperationsSubject;
    let context: OperatedContext;
    beforeAll(async () => {
      subject = await open();
      ({ context } = subject);
    });
    afterAll(() => subject.close());

    const append = (stream: string, ...types: readonly string[]) => appendTypes(subject, stream, types);
    const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
      const all: T[] = [];
      for await (const item of items) all.push(item);
      return all;
    };

    describe('streams', () => {
      it('come with their first and last event, those written to last first', async () => {
        const category = `lab${randomUUID().slice(0, 6)}`;
        const [one, two] = [`${category}-1`, `${category}-2`];
        await append(one, 'lab.opened');
        await append(two, 'lab.opened');
        await append(one, 'lab.noted', 'lab.closed');
        const { streams, next } = await context.streams.newest({ category, limit: 10 });
        expect(streams).toEqual([
          {
            stream: one,
            version: 3,
            position: expect.any(BigInt) as bigint,
            firstAt: expect.any(Date) as Date,
            lastAt: expect.any(Date) as Date,
            lastType: 'lab.closed',
          },
          expect.objectContaining({ stream: two, version: 1, lastType: 'lab.opened' }),
        ]);
        expect(next).toBeUndefined();
      });

      it('come in pages, none twice and none left out', async () => {
        const category = `lab${randomUUID().slice(0, 6)}`;
        for (const number of [1, 2, 3, 4, 5]) await append(`${category}-${number}`, 'lab.opened', 'lab.noted');
        const seen: string[] = [];
        for (let before: bigint | undefined; ;) {
          const page = await context.streams.newest({ category, limit: 2, before });
          seen.push(...page.streams.map(({ stream }) => stream.slice(category.length + 1)));
          before = page.next;
          if (before === undefined) break;
        }
        expect(seen).toEqual(['5', '4', '3', '2', '1']);
      });

      it('are found where they are, and read as of a version or a time', async () => {
        const stream = `lab-${randomUUID()}`;
        await append(stream, 'lab.opened', 'lab.noted');
        expect(await findStream([context], stream)).toEqual([context]);
        expect(await findStream([context], 'lab-nowhere')).toEqual([]);
        const types = async (at?: { version?: number; time?: Date }) =>
          (await collect(readStreamAt(context, stream, at))).map(({ type }) => type);
        expect(await types()).toEqual(['lab.opened', 'lab.noted']);
        expect(await types({ version: 1 })).toEqual(['lab.opened']);
        expect(await types({ version: 9 })).toEqual(['lab.opened', 'lab.noted']);
        expect(await types({ time: new Date(0) })).toEqual([]);
      });
    });

    describe('tail', () => {
      const options = {
        log: 'events',
        follow: false,
        signal: new AbortController().signal,
        note: () => undefined,
      } as const;

      it('begins with the last records, in position order', async () => {
        const stream = `lab-${randomUUID()}`;
        await append(stream, 'lab.opened', 'lab.noted', 'lab.closed');
        const records = await collect(tail(context, { ...options, count: 2 }));
        expect(records.map(({ key, type }) => [key, type])).toEqual([
          [stream, 'lab.noted'],
          [stream, 'lab.closed'],
        ]);
      });

      it('begins at a position, and ends after as many as asked for', async () => {
        const { position } = await append(`lab-${randomUUID()}`, 'lab.opened', 'lab.noted');
        const [first] = await collect(tail(context, { ...options, from: position, count: 1 }));
        expect(first).toMatchObject({ position, type: 'lab.noted' });
      });

      it('follows what is written, and ends when it is told to', async () => {
        const stopping = new AbortController();
        const { position: from } = await append(`lab-${randomUUID()}`, 'lab.opened');
        const following = tail(context, { ...options, from, count: 0, follow: true, signal: stopping.signal });
        expect((await following.next()).value).toMatchObject({ position: from });
        const next = following.next();
        const { position } = await append(`lab-${randomUUID()}`, 'lab.opened');
        expect((await next).value).toMatchObject({ position });
        stopping.abort();
        expect(await following.next()).toMatchObject({ done: true });
      });
    });

    describeParkedOperations(() => subject);
    describeManyParked(() => subject);
    describeManyUnreadable(() => subject);
    describeOperatorChanges(() => subject);

    describe('the doctor', () => {
      it('sees lag, leases and what is parked, and says what to do', async () => {
        const worked = { name: `worked-${randomUUID()}`, log: 'events' } as const;
        const left = { name: `left-${randomUUID()}`, log: 'outgoing' } as const;
        const { logs } = context;
        const lease = await subject.checkpoints.acquire(worked, 'worker', 60_000, () => logs.events.head());
        await subject.checkpoints.acquire(left, 'gone', 0, () => logs.outgoing.beginning());
        await append(`lab-${randomUUID()}`, 'lab.opened', 'lab.noted');
        const { subscriptions, findings, parked } = await examine(context);
        const found = (name: string) => subscriptions.find((one) => one.name === name);
        expect(found(worked.name)).toMatchObject({ state: 'working', owner: 'worker', leased: true, lag: 2 });
        expect(found(worked.name)!.lagMs).toBeGreaterThanOrEqual(0);
        expect(found(left.name)).toMatchObject({ state: 'idle', leased: false, lag: 0 });
        expect(found(left.name)!.lagMs).toBeUndefined();
        expect(parked?.parked).toBeGreaterThan(0);
        expect(findings.map(({ code }) => code)).toContain('parked');
        expect(findings.map(({ code }) => code)).not.toContain('nobody-works');
        await subject.checkpoints.release(lease!);
        await append(`lab-${randomUUID()}`, 'lab.opened');
        const after = await examine(context);
        const later = after.subscriptions.find((one) => one.name === worked.name)!;
        expect(later.lag).toBe(3);
        // The age of the first that waits, not of the last.
        expect(later.lagMs).toBeGreaterThanOrEqual(found(worked.name)!.lagMs!);
        expect(after.findings.map(({ code }) => code)).toContain('nobody-works');
        const retired = await examine(context, { retired: [left.name] });
        expect(retired.subscriptions.find((one) => one.name === left.name)).toMatchObject({ state: 'retired' });
      });

      it('knows whose forgetting ended between its steps, until it is repeated', async () => {
        const who = `wanda-${randomUUID()}`;
        const order = { subject: who, actor: 'operator:olga', reason: 'case 4711', graceMs: 0 };
        const dying = { append: () => Promise.reject(new Error('killed')) };
        const events = Object.assign(Object.create(context.events) as typeof context.events, dying);
        await expect(forgetSubject({ ...context, events }, order)).rejects.toThrow('killed');
        const untold = () => context.facts.untoldSubjects(0, 100);
        expect(await untold()).toContain(who);
        expect(await context.facts.untoldSubjects(60_000, 100)).not.toContain(who);
        expect(await context.facts.untoldSubjects(0, 0)).toEqual([]);
        await forgetSubject(context, order);
        expect(await untold()).not.toContain(who);
      });

      it('finds a checkpoint that is not of this log', async () => {
        const key = { name: `lost-${randomUUID()}`, log: 'events' } as const;
        const { epoch } = await context.logs.events.beginning();
        await subject.checkpoints.acquire(key, 'worker', 60_000, async () => ({ epoch, position: 9_999_999n }));
        const { subscriptions, findings } = await examine(context);
        expect(subscriptions.find((one) => one.name === key.name)).toMatchObject({ state: 'stopped' });
        expect(findings).toContainEqual(expect.objectContaining({ code: 'checkpoint-not-of-this-log' }));
      });
    });
  });
}
