import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Event, EventRegistry, type Class } from '../core/index.js';
import { SubscriptionLab } from '../testing/subscription-lab.js';
import { asyncProjection } from './projection.js';
import type { TransactionalSubscription } from './subscription.js';

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

  const build = (event: Class): TransactionalSubscription =>
    asyncProjection({
      name: 'list',
      version: 1,
      handlers: new Map([[event, (instance: object) => read.push((instance as { text?: string }).text ?? 'old')]]),
      registry: new EventRegistry().register(event),
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

  it('waits with what follows in its stream, other streams go on, and the new build reads it in order', async () => {
    const old = lab.runner(build(OldNoted));
    await appendNew('a-1', 'first');
    await lab.append('a-1', 'second');
    await lab.append('b-1', 'other');
    await lab.clock.until(() => old.status().position === 3n);
    expect(read).toEqual(['old']);
    await old.stop();
    lab.runner(build(NewNoted));
    await lab.clock.until(() => read.length === 3);
    expect(read).toEqual(['old', 'first', 'second']);
    expect(await lab.store.parking.list({ name: 'list@v1' })).toEqual([]);
  });

  it('is parked when the old build keeps the subscription for longer than its retries last, fifty to a hundred seconds', async () => {
    const old = lab.runner(build(OldNoted));
    await appendNew('a-1', 'first');
    await lab.clock.until(() => old.status().parked === 1);
    const [parked] = await lab.store.parking.list({ status: 'parked' });
    expect(parked).toMatchObject({ attempts: 10, reason: expect.stringContaining('this build knows versions 1 to 1') });
  });
});
