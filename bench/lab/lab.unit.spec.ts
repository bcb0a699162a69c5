// The bench's own arithmetic. What it measures is not tested: no test may depend on time.
import { describe, expect, it } from 'vitest';
import { CpuMeter } from './cpu.js';
import { findRegressions } from './reached.js';
import { asJson, describeResult } from './report.js';
import { interleaved, median } from './rounds.js';
import type { WorkResult } from './work.js';

const resultOf = (ratio: number, over: Partial<WorkResult> = {}): WorkResult => ({
  work: 'append1',
  inFlight: 8,
  goal: 1,
  standings: [
    { name: 'raw', ratio: 1, min: 1, max: 1, perSecond: 2_000 },
    { name: 'starter', ratio, min: ratio - 0.1, max: ratio + 0.1, perSecond: 2_000 * ratio },
  ],
  ...over,
});

describe('interleaved rounds', () => {
  it('give everybody every turn, leave the first round out, and compare within a round', async () => {
    const order: string[] = [];
    const rates: Record<string, number[]> = { raw: [1, 10, 20, 10], other: [99, 20, 20, 15] };
    const contestant = (name: string) => ({
      name,
      run: () => {
        order.push(name);
        return Promise.resolve(rates[name]!.shift()!);
      },
    });
    const [raw, other] = await interleaved([contestant('raw'), contestant('other')], 3);
    expect(order.join(' ')).toBe('raw other other raw raw other other raw');
    expect(raw).toEqual({ name: 'raw', ratio: 1, min: 1, max: 1, perSecond: 10 });
    expect(other).toEqual({ name: 'other', ratio: 1.5, min: 1, max: 2, perSecond: 20 });
  });

  it('may give everybody several turns, and compare what these come to', async () => {
    const order: string[] = [];
    const rates: Record<string, number[]> = { raw: [1, 1, 10, 30, 20, 20], other: [9, 9, 30, 30, 5, 15] };
    const contestant = (name: string) => ({
      name,
      run: () => {
        order.push(name);
        return Promise.resolve(rates[name]!.shift()!);
      },
    });
    const [raw, other] = await interleaved([contestant('raw'), contestant('other')], 2, 2);
    expect(order.join(' ')).toBe('raw other other raw raw other other raw raw other other raw');
    expect(raw).toEqual({ name: 'raw', ratio: 1, min: 1, max: 1, perSecond: 20 });
    expect(other).toEqual({ name: 'other', ratio: 1, min: 0.5, max: 1.5, perSecond: 20 });
  });

  it('have a median', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });
});

describe('the report', () => {
  it('says what was reached, and what was not', () => {
    expect(describeResult(resultOf(1.2))).toBe(
      'append1           8 in flight: 1.20 (1.10–1.30) of raw (2000/s); goal 1.00 reached',
    );
    expect(describeResult(resultOf(0.8))).toContain('goal 1.00 NOT reached');
    expect(describeResult(resultOf(0.8, { lessIsBetter: true }))).toContain('goal at most 1.00 reached');
  });

  it('says what a unit of the work cost each process, where that was measured', () => {
    const result = resultOf(1.2, { cpuMs: { bench: 0.1234, kafka: 0.01 } });
    expect(describeResult(result)).toMatch(/; CPU in ms each: bench 0\.12, kafka 0\.010$/);
    expect((JSON.parse(asJson('relay', [result])) as { rows: object[] }).rows[0]).toMatchObject({
      cpuMs: { bench: 0.123, kafka: 0.01 },
    });
  });

  it('is one line for programs, peers apart', () => {
    const peer = { name: 'peer', ratio: 0.5, min: 0.4, max: 0.6, perSecond: 1_000 };
    const result = resultOf(1.2);
    expect(JSON.parse(asJson('append', [result, { ...result, standings: [...result.standings, peer] }]))).toEqual({
      bench: 'append',
      rows: Array.from({ length: 2 }, () => ({ work: 'append1', inFlight: 8, ratio: 1.2, min: 1.1, max: 1.3 })),
      peers: [{ name: 'peer', work: 'append1', inFlight: 8, ratio: 0.5, min: 0.4, max: 0.6 }],
    });
  });
});

describe.runIf(process.platform === 'linux')('processor time', () => {
  it('is that of the processes named, for a unit of work, over all rounds', async () => {
    const meter = new CpuMeter({ own: process.pid });
    const usedMs = (): number => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1_000;
    };
    const round = (): Promise<number> => {
      for (const end = usedMs() + 100; usedMs() < end;);
      return Promise.resolve(5);
    };
    await meter.during(round, (units) => units);
    await meter.during(round, (units) => units);
    expect(meter.perUnit['own']).toBeGreaterThanOrEqual(15);
    expect(meter.perUnit['own']).toBeLessThan(40);
  });
});

describe('what was reached before', () => {
  it('is missed by more than 15 % only by what has become slower', () => {
    expect(findRegressions([resultOf(0.86)], { 'append1 8': 1 })).toEqual([]);
    expect(findRegressions([resultOf(0.84)], { 'append1 8': 1 })).toEqual([
      'append1 8: 0.84 of raw, was 1; the limit is 0.85',
    ]);
    expect(findRegressions([resultOf(0.1)], {})).toEqual([]);
    const latency = resultOf(1.2, { lessIsBetter: true });
    expect(findRegressions([latency], { 'append1 8': 1.1 })).toEqual([]);
    expect(findRegressions([latency], { 'append1 8': 1 })).toHaveLength(1);
  });
});
