import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PublishingHealth } from './publishing-health.js';

const failing = (): Promise<never> => Promise.reject(new Error('no leader'));

describe('what those who publish say of Kafka', () => {
  let health: PublishingHealth;
  const fail = (): Promise<void> => expect(health.during(failing)).rejects.toThrow('no leader');

  beforeEach(() => {
    vi.useFakeTimers();
    health = new PublishingHealth();
  });
  afterEach(() => void vi.useRealTimers());

  it('is well before anything was published, and after a success', async () => {
    expect(health.failure).toBeUndefined();
    await fail();
    expect(health.failure).toBe('Kafka does not take messages');
    await health.during(() => Promise.resolve());
    expect(health.failure).toBeUndefined();
  });

  it('stays unwell while somebody tries again, however long an attempt takes', async () => {
    for (let attempt = 1; attempt < 5; attempt += 1) {
      await fail();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(health.failure).toBeDefined();
    }
    let giveUp!: (error: Error) => void;
    const slow = health.during(() => new Promise((_resolve, reject) => (giveUp = reject)));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(health.failure).toBeDefined();
    giveUp(new Error('too late'));
    await expect(slow).rejects.toThrow('too late');
    expect(health.failure).toBeDefined();
  });

  it('is well ten seconds after a failure that nobody follows up [I14]', async () => {
    await fail();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(health.failure).toBeUndefined();
  });

  it('holds nothing of long ago against a new attempt', async () => {
    await fail();
    await vi.advanceTimersByTimeAsync(3_600_000);
    void health.during(() => new Promise(() => undefined));
    expect(health.failure).toBeUndefined();
  });
});
