// What the library does, told as numbers while it does it. It knows no metrics library: whoever has one gives a meter, and without one nothing is made.
import type { Counter, Histogram, Labels } from './metric.js';
import { whenSettled } from './when-settled.js';

export interface Meter {
  add<L extends string>(counter: Counter<L>, labels: Labels<L>, by?: number): void;
  /** In the histogram's unit. */
  record<L extends string>(histogram: Histogram<L>, labels: Labels<L>, value: number): void;
  /** Seconds since whenever, never set back. The meter has the clock, so that engines need none for this. */
  now(): number;
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
  const told = current;
  if (!told) return work();
  const begun = told.now();
  return whenSettled(
    work,
    (result) => told.record(histogram, labels({ result }), told.now() - begun),
    (error) => told.record(histogram, labels({ error }), told.now() - begun),
  );
}

/** What becomes of the work is no affair of a meter that fails. */
function untroubled(told: Meter): Meter {
  return {
    add(counter, labels, by) {
      try {
        told.add(counter, labels, by);
      } catch {
        // not counted
      }
    },
    record(histogram, labels, value) {
      if (Number.isNaN(value)) return; // its clock failed
      try {
        told.record(histogram, labels, value);
      } catch {
        // not counted
      }
    },
    now() {
      try {
        return told.now();
      } catch {
        return NaN;
      }
    },
  };
}
