// What goes wrong, drawn from the seed: each run has its own mixture, so that rare faults meet often enough.
import type { Random } from '../random.js';

/** Of one call: how often it ends that way, per thousand calls. */
export interface FaultRates {
  /** The process is gone when the request has left it; the request may still arrive. */
  readonly crashBefore: number;
  /** The server has done it, and the process is gone before it hears. */
  readonly crashAfter: number;
  /** The request does not arrive. */
  readonly lostRequest: number;
  /** The server has done it, and its answer does not arrive. */
  readonly lostReply: number;
  /** Of a batch only the beginning arrives, and no answer. */
  readonly partialBatch: number;
  /** It takes seconds. */
  readonly slow: number;
  /** The broker brings messages again. */
  readonly redelivery: number;
  /** A process that waits for news of a log hears none. */
  readonly deaf: number;
}

export type Fate = 'fine' | Exclude<keyof FaultRates, 'redelivery' | 'deaf' | 'slow'>;

/** What happens to whole processes and servers, each at a time of its own. */
export const DISTURBANCES = [
  'crash',
  'freeze',
  'clock-jump',
  'database-clock-jump',
  'database-restart',
  'database-partition',
  'broker-outage',
  'broker-partition',
  'rebalance',
  'restart',
] as const;

export type Disturbance = (typeof DISTURBANCES)[number];

const NONE: FaultRates = {
  crashBefore: 0,
  crashAfter: 0,
  lostRequest: 0,
  lostReply: 0,
  partialBatch: 0,
  slow: 0,
  redelivery: 0,
  deaf: 0,
};

/** The most there is of each, per thousand. */
const MOST: FaultRates = {
  crashBefore: 6,
  crashAfter: 6,
  lostRequest: 15,
  lostReply: 15,
  partialBatch: 200,
  slow: 20,
  redelivery: 300,
  deaf: 500,
};

export class Faults {
  /** False: from now on all goes well. */
  active = true;
  readonly counts: Record<string, number> = {};
  private readonly rates: FaultRates;
  /** How much likelier a process that has just started crashes again. */
  private readonly recoveryFactor: number;

  constructor(private readonly random: Random) {
    const rates: { -readonly [K in keyof FaultRates]: number } = { ...NONE };
    for (const kind of Object.keys(NONE) as (keyof FaultRates)[])
      if (random.chance(0.5)) rates[kind] = MOST[kind] * random.fraction();
    this.rates = rates;
    this.recoveryFactor = random.pick([1, 1, 5]);
  }

  count(kind: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }

  /** Of one call. `isNew`: its process has made only a few calls yet. */
  fate(isNew: boolean): Fate {
    if (!this.active) return 'fine';
    const { crashBefore, crashAfter, lostRequest, lostReply } = this.rates;
    const factor = isNew ? this.recoveryFactor : 1;
    let at = this.random.fraction() * 1_000;
    if ((at -= crashBefore * factor) < 0) return 'crashBefore';
    if ((at -= crashAfter * factor) < 0) return 'crashAfter';
    if ((at -= lostRequest) < 0) return 'lostRequest';
    return at - lostReply < 0 ? 'lostReply' : 'fine';
  }

  happens(kind: 'partialBatch' | 'redelivery' | 'deaf'): boolean {
    if (!this.active || !this.random.chance(this.rates[kind] / 1_000)) return false;
    this.count(kind);
    return true;
  }

  /** How long a message is on its way, in milliseconds. */
  latencyMs(): number {
    const roll = this.random.fraction();
    if (this.active && roll * 1_000 < this.rates.slow) {
      this.count('slow');
      return this.random.between(500, 8_000);
    }
    return roll < 0.9 ? roll * 3 : this.random.between(3, 60);
  }
}
