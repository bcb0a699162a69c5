// What the library does, told as numbers while it does it. It knows no metrics library: whoever has one gives a meter, and without one nothing is made.
import type { Counter, Histogram, Labels } from './metric.js';
import { whenSettled } from './when-settled.js';

export interface Meter {
  add<L extends string>(counter: Counter<L>, labels: Labels<L>, by?: number): void;
  /** In the histogram's unit. */
  record<L extends string>(histogram: Histogram<L>, labels: Labels<L>, value: number): void;
  /** Measures seconds from now on; what it returns records them. The meter has the clock, so that engines need none for this. */
  begin<L extends string>(histogram: Histogram<L>): (labels: Labels<L>) => void;
}

let current: Meter | undefined;

/** For the whole process, before anything starts; undefined switches it off. */
export function useMeter(next: Meter | undefined): void {
  current = next && untroubled(next);
}

/** `meter()?.add(…)`: where nobody measures, not even the labels are made. */
export function meter(): Meter | undefined {
  return current;
}

export type Ending<T> = { readonly result: T } | { readonly error: unknown };

/** Measures `work`, in seconds, under labels that its ending gives. */
export function measured<T, L extends string>(
  histogram: Histogram<L>,
  labels: (ending: Ending<T>) => Labels<L>,
  work: () => Promise<T>,
): Promise<T> {
  const end = current?.begin(histogram);
  if (!end) return work();
  return whenSettled(
    work,
    (result) => end(labels({ result })),
    (error) => end(labels({ error })),
  );
}

/** What becomes of the work is no affair of a meter that fails. */
function untroubled(told: Meter): Meter {
  return {
    add: (...of) => quietly(() => told.add(...of)),
    record: (...of) => quietly(() => told.record(...of)),
    begin(histogram) {
      const end = quietly(() => told.begin(histogram));
      return (labels) => quietly(() => end?.(labels));
    },
  };
}

function quietly<T>(tell: () => T): T | undefined {
  try {
    return tell();
  } catch {
    return undefined;
  }
}
