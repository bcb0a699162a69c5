import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shop } from './shop/shop.js';
import { simulate } from './simulate.js';

/** The short form; `npm run sim` goes through ten thousand. */
const RUNS = 300;

describe('the simulation', () => {
  // Each signal that is aborted makes an error with a stack, which takes half of the time otherwise.
  const { stackTraceLimit } = Error;
  beforeAll(() => void (Error.stackTraceLimit = 0));
  afterAll(() => void (Error.stackTraceLimit = stackTraceLimit));

  it(
    'finds nothing lost, nothing twice and nothing out of order in any of its runs',
    { timeout: 120_000 },
    async () => {
      const found: string[] = [];
      const faults: Record<string, number> = {};
      for (let seed = 1; seed <= RUNS; seed += 1) {
        const outcome = await simulate(shop, { seed });
        found.push(...outcome.violations.map(({ sentence }) => `seed ${seed}: ${sentence}`));
        for (const [kind, times] of Object.entries(outcome.faults)) faults[kind] = (faults[kind] ?? 0) + times;
      }
      expect(found).toEqual([]);
      const kinds = [
        'request lost',
        'answer lost',
        'crash',
        'database-restart',
        'clock-jump',
        'deaf',
        'slow',
        'database-partition',
        'broker-outage',
        'rebalance',
        'redelivery',
        'restart',
        'broker-partition',
        'freeze',
        'partialBatch',
        'database-clock-jump',
      ];
      for (const kind of kinds) expect(faults[kind], kind).toBeGreaterThan(0);
    },
  );

  it('orders by position and fires timers by the clock of the database, though the clocks of processes are up to an hour off [39]', async () => {
    const found: string[] = [];
    for (let seed = 1; seed <= 40; seed += 1) {
      const outcome = await simulate(shop, { seed, clocksOffMs: 3_600_000 });
      found.push(...outcome.violations.map(({ sentence }) => `seed ${seed}: ${sentence}`));
    }
    expect(found).toEqual([]);
  });

  it('tells the same story for the same seed, byte for byte, and another one for another', async () => {
    const story = async (seed: number): Promise<string> => {
      const lines: string[] = [];
      await simulate(shop, { seed, calls: true, listener: (line) => lines.push(line) });
      return lines.join('\n');
    };
    const first = await story(4);
    expect(first).toContain('crashes');
    expect(await story(4)).toBe(first);
    expect(await story(5)).not.toBe(first);
  });

  it('goes the same way whether anybody listens or not', async () => {
    const silent = await simulate(shop, { seed: 35 });
    expect(await simulate(shop, { seed: 35, calls: true, listener: () => undefined })).toEqual(silent);
  });
});
