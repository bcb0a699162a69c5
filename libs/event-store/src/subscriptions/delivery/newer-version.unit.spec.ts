import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Event, EventRegistry, type Class, type LogRecord } from '../../core/index.js';
import { stopped, SubscriptionLab } from '../../testing/subscription-lab.js';
import { asyncProjection } from '../projections/projection.js';
import type { TransactionalSubscription, UnknownPolicy } from '../subscription.js';

@Event('lab.noted')
class OldNoted {}

@Event('lab.noted', { version: 2, upcast: [({ value }) => ({ text: value })] })
class NewNoted {
  constructor(readonly text: string) {}
}

describe('during a rolling deploy, an event of a version that the old build does not know', () => {
  let lab: SubscriptionLab;
  let read: string[];

  beforeEach(() => {
    lab = new SubscriptionLab();
    read = [];
  });
  afterEach(() => lab.stop());

  const build = (event: Class, unknown?: UnknownPolicy): TransactionalSubscription =>
    asyncProjection({
      name: 'list',
      version: 1,
      handlers: new Map([[event, (instance: object) => read.push((instance as { text?: string }).text ?? 'old')]]),
      registry: new EventRegistry().register(event),
      unknown,
    });
  const appendNew = (stream: string, text: string): Promise<unknown> => {
    const event = {
      id: lab.ids.next(),
      type: 'lab.noted',
      schemaVersion: 2,
      data: { text },
      metadata: { correlationId: 'c' },
    };
    return lab.store.events.append({ stream, expected: 'any', events: [event] });
  };
  const appendAll = async (...before: string[]): Promise<void> => {
    if (before.length > 0) await lab.append('a-1', ...before);
    await appendNew('a-1', 'first');
    await lab.append('a-1', 'second');
    await lab.append('b-1', 'other');
  };
  const levels = (level: string) => lab.lines.filter((line) => line.level === level).map(({ message }) => message);

  it('stops the subscription loudly in front of it: what comes before is handled, nothing is set aside, not after minutes either', async () => {
    const old = lab.runner(build(OldNoted));
    await appendAll('zero');
    await lab.clock.until(() => old.status().state === 'stopped');
    await lab.clock.advance(200_000);
    expect(old.status()).toMatchObject({ state: 'stopped', position: 1n, parked: 0, lastError: { code: 'ES-1306' } });
    expect(read).toEqual(['old']);
    expect(await lab.store.parking.list()).toEqual([]);
    expect(levels('error')[0]).toMatch(
      /has stopped: ES-1306.*before position 2 \(a-1\).*this build knows versions 1 to 1/,
    );
  });

  it('is read by a new build that waits beside the old one: that gives the lease away when it stops [46]', async () => {
    const old = lab.runner(build(OldNoted), { owner: 'old' });
    await lab.clock.until(() => old.status().state === 'running');
    const newer = lab.runner(build(NewNoted), { owner: 'new' });
    await lab.clock.until(() => newer.status().state === 'waiting-for-lease');
    await appendAll('zero');
    await lab.clock.until(() => read.length === 4, 5_000);
    expect(read).toEqual(['old', 'first', 'second', 'other']);
    await lab.clock.until(() => old.status().state === 'waiting-for-lease', 60_000);
    expect(old.status().lastError).toBeUndefined();
    expect(newer.status()).toMatchObject({ state: 'running', position: 4n });
  });

  it('goes on by itself where it can be read after all', async () => {
    const definition = build(OldNoted);
    let fixed = false;
    const old = lab.runner({
      ...definition,
      unreadable: (record) => (fixed ? undefined : definition.unreadable!(record)),
      handle: async () => void read.push('x'),
    });
    await appendAll('zero');
    await lab.clock.until(() => old.status().state === 'stopped');
    fixed = true;
    await lab.clock.until(() => read.length === 4, 60_000);
    expect(old.status()).toMatchObject({ state: 'running', lastError: undefined });
  });

  it('is not parked by an old build that finds it among what a newer one has set aside: it waits for that build', async () => {
    const failing = { ...build(NewNoted), handle: () => Promise.reject(new Error('planned')) };
    const newer = lab.runner(failing);
    await appendNew('a-1', 'first');
    await lab.clock.until(async () => (await lab.store.parking.list()).length === 1);
    await stopped(newer, lab.clock);
    const old = lab.runner(build(OldNoted));
    await lab.clock.until(async () => (await lab.store.parking.list())[0]!.reason.startsWith('ES-1005'), 120_000);
    await lab.clock.advance(200_000);
    expect(old.status()).toMatchObject({ state: 'running', parked: 0 });
    await stopped(old, lab.clock);
    lab.runner(build(NewNoted));
    await lab.clock.until(() => read.length === 1, 120_000);
    expect(read).toEqual(['first']);
  });

  it('parks it where the subscription says so: what follows in its stream waits, other streams go on, the new build reads it in order', async () => {
    const old = lab.runner(build(OldNoted, 'park'));
    await appendAll();
    await lab.clock.until(() => old.status().parked === 1);
    expect(old.status().position).toBe(3n);
    expect(read).toEqual(['old']);
    const [parked] = await lab.store.parking.list({ status: 'parked' });
    expect(parked).toMatchObject({ attempts: 10, reason: expect.stringContaining('this build knows versions 1 to 1') });
    await old.stop();
    lab.runner(build(NewNoted, 'park'));
    await lab.store.parking.replay({ name: 'list@v1', log: 'events' }, parked!.position);
    await lab.clock.until(() => read.length === 3);
    expect(read).toEqual(['old', 'first', 'second']);
  });

  it('passes it over where the subscription says so, with a warning', async () => {
    const old = lab.runner(build(OldNoted, 'skip'));
    await appendAll('zero');
    await lab.clock.until(() => old.status().position === 4n);
    expect(read).toEqual(['old', 'old', 'old']);
    expect(await lab.store.parking.list()).toEqual([]);
    expect(levels('warn')).toEqual([expect.stringMatching(/list@v1 passes a record over.*position 2/s)]);
  });

  it.each(['transactional', 'concurrent', 'batch'] as const)(
    'lets go what was parked before, once the subscription is to skip it, and what stood behind it comes: %s',
    async (delivery) => {
      const parking = lab.runner(build(OldNoted, 'park'));
      await appendAll();
      await lab.clock.until(() => parking.status().parked === 1);
      await stopped(parking, lab.clock);
      read.length = 0;
      const base = build(OldNoted, 'skip');
      const keysWithin = async ({ key, position }: LogRecord) => {
        if (position === 1n) throw new Error('This build cannot read it.');
        return [key];
      };
      const note = ({ key, data }: LogRecord) => void read.push(`${key}:${(data as { value?: string }).value}`);
      const skipping = lab.runner(
        delivery === 'transactional'
          ? { ...base, keysWithin }
          : delivery === 'concurrent'
            ? { ...base, delivery, handle: async (record) => note(record) }
            : { ...base, delivery, handleBatch: async (records) => records.flatMap((record) => note(record) ?? []) },
      );
      await lab.clock.until(async () => (await lab.store.parking.list()).length === 0);
      expect(read).toEqual([delivery === 'transactional' ? 'old' : 'a-1:second']);
      expect(skipping.status()).toMatchObject({ state: 'running', parked: 0 });
      expect(levels('warn').at(-1)).toMatch(/list@v1 passes a record over.*position 1/s);
    },
  );

  it('does not stop a subscription that does not want it', async () => {
    @Event('lab.else')
    class Else {}
    const runner = lab.runner(build(Else));
    await appendAll('zero');
    await lab.clock.until(() => runner.status().position === 4n);
    expect(runner.status().state).toBe('running');
  });
});
