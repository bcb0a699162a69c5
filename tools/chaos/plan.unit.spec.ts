// A run can be repeated, and leaves out nothing: that is decided by its plan alone.
import { describe, expect, it } from 'vitest';
import { BROKERS } from '../system/broker.js';
import { planFaults, REPLICAS, stormEndsAtMs, victimOf, type FaultKind, type PlannedFault } from './plan.js';

const seeds = Array.from({ length: 50 }, (_, seed) => seed);
const long = (seed: number) => planFaults({ seed, seconds: 120, broker: 'kafka' });
const kindsOf = (plan: readonly PlannedFault[]) => new Set(plan.map(({ kind }) => kind));

describe('the plan of faults', () => {
  it('is the same for the same seed, today and next year', () => {
    expect(long(1)).toEqual(long(1));
    const short = planFaults({ seed: 7, seconds: 15, broker: 'postgres' });
    expect(short).toEqual([
      { kind: 'connections-cut', lastsMs: 0, service: 'payment-service', atMs: 1017 },
      { kind: 'service-kill', lastsMs: 1314, service: 'payment-service', replica: 0, atMs: 2937 },
      { kind: 'postgres-immediate', lastsMs: 1140, atMs: 6382 },
      { kind: 'postgres-fast', lastsMs: 787, atMs: 9022 },
    ]);
  });

  it('is another one for another seed', () => {
    expect(new Set(seeds.map((seed) => JSON.stringify(long(seed)))).size).toBe(seeds.length);
  });

  it('has every kind of fault within two minutes, with every seed', () => {
    const every: FaultKind[] = [
      'connections-cut',
      'kafka-answers-lost',
      'kafka-cut',
      'kafka-freeze',
      'kafka-half-open',
      'kafka-kill',
      'postgres-fast',
      'postgres-immediate',
      'postgres-kill',
      'service-freeze',
      'service-kill',
      'service-restart',
    ];
    for (const seed of seeds) expect([seed, [...kindsOf(long(seed))].sort()]).toEqual([seed, every]);
  });

  it('hits every process of both services', () => {
    const hit = new Set(seeds.flatMap((seed) => long(seed)).map(victimOf));
    const processes = ['order-service', 'payment-service'].flatMap((service) =>
      Array.from({ length: REPLICAS }, (_, at) => `${service}/${at}`),
    );
    const ways = ['order-service to kafka', 'payment-service to kafka'];
    expect([...hit].sort()).toEqual(['kafka', ...ways, ...processes, 'postgres'].sort());
  });

  it('leaves Kafka alone where there is none', () => {
    for (const seed of seeds) {
      const kinds = [...kindsOf(planFaults({ seed, seconds: 120, broker: 'postgres' }))];
      expect(kinds.filter((kind) => kind.startsWith('kafka'))).toEqual([]);
    }
  });

  it.each([10, 60, 120])('is over before the quiet of a run of %i s, and has a fault in any case', (seconds) => {
    for (const [seed, broker] of [...Array(300).keys()].flatMap((one) => BROKERS.map((each) => [one, each] as const))) {
      const plan = planFaults({ seed, seconds, broker });
      expect(plan.length, `faults with seed ${seed} on ${broker}`).toBeGreaterThan(0);
      for (const { atMs, lastsMs } of plan) expect(atMs + lastsMs).toBeLessThan(stormEndsAtMs(seconds));
    }
  });

  it('freezes nobody for 20 s', () => {
    const freezes = seeds.flatMap(long).filter(({ kind }) => kind.endsWith('-freeze'));
    expect(Math.max(...freezes.map(({ lastsMs }) => lastsMs))).toBeGreaterThan(15_000);
    expect(Math.max(...freezes.map(({ lastsMs }) => lastsMs))).toBeLessThan(20_000);
  });

  it('hits no victim again while the last fault is on, and different ones at the same time', () => {
    let overlaps = 0;
    for (const seed of seeds) {
      const plan = long(seed);
      for (const [index, later] of plan.entries()) {
        const during = plan.slice(0, index).filter(({ atMs, lastsMs }) => atMs + lastsMs > later.atMs);
        expect(during.map(victimOf)).not.toContain(victimOf(later));
        overlaps += during.length;
      }
    }
    expect(overlaps).toBeGreaterThan(100);
  });
});
