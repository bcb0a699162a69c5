import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../core/index.js';
import { SubscriptionLab, valueOf } from '../testing/subscription-lab.js';
import { commandDispatchSubscription, type CommandDispatchOptions, type StoredCommand } from './command-dispatch.js';

class SoldOut extends DomainError {
  readonly code = 'sold-out';
}

describe('command dispatch', () => {
  let lab: SubscriptionLab;

  beforeEach(() => (lab = new SubscriptionLab()));
  afterEach(() => lab.stop());

  /** The lab's records stand for stored commands. */
  const dispatch = (options: CommandDispatchOptions) =>
    lab.runner({ ...commandDispatchSubscription(options), log: 'events' });

  it('outlives a gateway that answers with errors for ten minutes, while other keys go on', async () => {
    let broken = true;
    const executed: unknown[] = [];
    const runner = dispatch({
      async execute({ data }) {
        const { value } = data as { value: unknown };
        if (broken && value === 'capture') throw new Error('502 Bad Gateway');
        executed.push(value);
      },
    });
    await lab.append('a-1', 'capture');
    await lab.append('b-1', 'cancel');
    await lab.clock.advance(600_000);
    expect(executed).toEqual(['cancel']);
    expect(runner.status().parked).toBe(0);
    broken = false;
    await lab.clock.until(() => executed.length === 2, 60_000);
    await lab.clock.until(async () => (await lab.store.parking.list()).length === 0);
  });

  it('takes a rejection for an answer: told once, never retried', async () => {
    const rejections: [StoredCommand, DomainError][] = [];
    const runner = dispatch({
      execute: () => Promise.reject(new SoldOut('Nothing is left.')),
      onRejected: (command, rejection) => rejections.push([command, rejection]),
    });
    await lab.append('a-1', 1);
    await lab.clock.until(() => runner.status().position === 1n);
    await lab.clock.advance(60_000);
    expect(rejections).toHaveLength(1);
    const [command, rejection] = rejections[0]!;
    expect(valueOf(command as never)).toBe(1);
    expect(rejection.code).toBe('sold-out');
    expect(await lab.store.parking.list()).toEqual([]);
  });

  it('executes nothing whose rejection was told before', async () => {
    const executed: unknown[] = [];
    const runner = dispatch({
      execute: async ({ data }) => void executed.push((data as { value: unknown }).value),
      wasRejected: async (command) => valueOf(command as never) === 'told',
    });
    await lab.append('a-1', 'told', 'new');
    await lab.clock.until(() => runner.status().position === 2n);
    expect(executed).toEqual(['new']);
  });

  it('gives up sooner where it is told so', async () => {
    const runner = dispatch({
      execute: () => Promise.reject(new Error('no')),
      retry: { maxAttempts: 2, firstDelayMs: 1 },
    });
    await lab.append('a-1', 1);
    await lab.clock.until(() => runner.status().parked === 1, 5_000);
    expect(runner.status().retried).toBe(1);
  });
});
