import { describe, expect, it } from 'vitest';
import { networkOf } from './network-of.js';
import { RateLimiter } from './rate-limiter.js';

describe('a rate limiter', () => {
  let nowMs = 0;
  const limiterOf = (limit: number, mostKeys?: number) =>
    new RateLimiter({ limit, windowMs: 10_000, now: () => nowMs, ...(mostKeys !== undefined && { mostKeys }) });
  const times = (count: number, ask: () => number | undefined) => Array.from({ length: count }, ask);

  it('takes as many requests as the limit, and tells the next how long its window still lasts', () => {
    const limiter = limiterOf(100);
    nowMs = 0;
    expect(times(100, () => limiter.waitOf('alice')).every((wait) => wait === undefined)).toBe(true);
    nowMs = 7_500;
    expect(limiter.waitOf('alice')).toBe(3);
    nowMs = 9_999;
    expect(limiter.waitOf('alice')).toBe(1);
  });

  it('begins anew when the window ends, however many were refused', () => {
    const limiter = limiterOf(1);
    nowMs = 0;
    expect(times(50, () => limiter.waitOf('alice')).filter((wait) => wait === undefined)).toHaveLength(1);
    nowMs = 10_000;
    expect([limiter.waitOf('alice'), limiter.waitOf('alice')]).toEqual([undefined, 10]);
  });

  it('counts each key by itself, from its own first request on', () => {
    const limiter = limiterOf(1);
    nowMs = 0;
    limiter.waitOf('alice');
    nowMs = 4_000;
    limiter.waitOf('bob');
    nowMs = 10_000;
    expect([limiter.waitOf('alice'), limiter.waitOf('bob')]).toEqual([undefined, 4]);
  });

  it('forgets no window before its end, whenever the others began', () => {
    const limiter = limiterOf(1);
    for (nowMs = 0; nowMs < 50_000; nowMs += 1_000) {
      limiter.waitOf(`at ${nowMs}`);
      const running = Math.min(nowMs, 9_000);
      expect(limiter.waitOf(`at ${nowMs - running}`)).toBe(10 - running / 1_000);
    }
  });

  it('holds twice as many keys as it may take in a window and no more: the oldest are forgotten first', () => {
    const limiter = limiterOf(1, 10);
    nowMs = 0;
    for (let key = 0; key <= 20; key += 1) limiter.waitOf(String(key));
    expect([limiter.waitOf('20'), limiter.waitOf('10')]).toEqual([10, 10]);
    expect(limiter.waitOf('0')).toBeUndefined();
  });
});

describe('one address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
    ['', ''],
  ])('is for %s: %s', (address, network) => expect(networkOf(address)).toBe(network));
});
