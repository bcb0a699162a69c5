import { describe, expect, it } from 'vitest';
import { checkHealth, checkRepeats, type HealthSample } from './index.js';

describe('I10 over an interface', () => {
  const placed = { status: 201, body: { orderId: 'o1', version: 1 } };

  it('finds nothing where the same request gets the same answer', () => {
    expect(checkRepeats([{ what: 'POST /orders (k1)', first: placed, again: structuredClone(placed) }])).toEqual([]);
  });

  it.each([
    [{ status: 201, body: { orderId: 'o2', version: 1 } }, '201 {"orderId":"o2","version":1}'],
    [{ status: 409, body: placed.body }, '409 {"orderId":"o1","version":1}'],
  ])('finds another answer to the same key: %j', (again, text) => {
    expect(checkRepeats([{ what: 'POST /orders (k1)', first: placed, again }]).map(({ sentence }) => sentence)).toEqual(
      [
        `I10: POST /orders (k1) was answered with 201 {"orderId":"o1","version":1}, and when it came again with ${text}.`,
      ],
    );
  });
});

describe('I14', () => {
  const outage = { fromMs: 10_000, untilMs: 30_000 };
  /** Ready again 9 s after the outage, not ready 4 s after it began. */
  const honest: HealthSample[] = Array.from({ length: 60 }, (_, second) => {
    const atMs = second * 1_000;
    return { atMs, live: 200, ready: atMs > 14_000 && atMs < 39_000 ? 503 : 200 };
  });
  const sentences = (samples: readonly HealthSample[]) =>
    checkHealth('shop/0', samples, [outage]).map(({ sentence }) => sentence);
  const honestBut = (atMs: number, said: Partial<HealthSample>) =>
    honest.map((sample) => (sample.atMs === atMs ? { ...sample, ...said } : sample));

  it('finds nothing in a process that tells of an outage within 5 s and of its end within 10 s', () => {
    expect(sentences(honest)).toEqual([]);
  });

  it('finds a liveness that flaps because of a dependency', () => {
    expect(sentences(honestBut(20_000, { live: 503 }))).toEqual([
      'I14: shop/0 said at 20000 ms with 503 that it is not alive.',
    ]);
  });

  it('finds a readiness that hides what is away', () => {
    expect(sentences(honestBut(16_000, { ready: 200 }))).toEqual([
      'I14: shop/0 said at 16000 ms that it is ready, without what it needs.',
    ]);
  });

  it('finds a readiness that stays away when all is there again', () => {
    expect(sentences(honestBut(45_000, { ready: 503 }))).toEqual([
      'I14: shop/0 said at 45000 ms that it is not ready, with all that it needs.',
    ]);
  });
});
