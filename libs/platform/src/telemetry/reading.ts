// What gauges show: numbers read when somebody scrapes, from sources that may fail one by one.
import { storeMetrics, type Gauge, type Labels } from '@app/event-store/core';

export interface Reading {
  readonly metric: Gauge;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Never rejects: what cannot be read is missing. */
export type Source = () => Promise<readonly Reading[]> | readonly Reading[];

export function reading<L extends string>(metric: Gauge<L>, labels: Labels<L>, value: number): Reading {
  return { metric, labels, value };
}

export interface KeptOptions {
  /** Shown by its name in `event_store_metrics_source_up`. */
  readonly name: string;
  /** A source is not asked again before so many milliseconds have gone, however often somebody scrapes. */
  readonly everyMs: number;
  /** Without an answer in so many milliseconds it counts as down; it is not asked again before it has answered. */
  readonly withinMs: number;
}

/** After a failure a source is asked again when so many milliseconds have gone, however seldom otherwise. */
const AGAIN_MS = 3_000;

/** A source that costs something: what it said last is shown for a while, and nothing of it while it fails. */
export function kept({ name, everyMs, withinMs }: KeptOptions, read: () => Promise<readonly Reading[]>): Source {
  let asked = -Infinity;
  let asking: Promise<void> | undefined;
  let last: readonly Reading[] | undefined;
  const ask = async (): Promise<void> => {
    try {
      last = await read();
    } catch {
      last = undefined;
      asked = performance.now() - everyMs + Math.min(everyMs, AGAIN_MS);
    } finally {
      asking = undefined;
    }
  };
  return async () => {
    if (!asking && performance.now() - asked >= everyMs) {
      asked = performance.now();
      asking = ask();
    }
    const isSilent = asking !== undefined && !(await endsIn(asking, withinMs));
    const up = last !== undefined && !isSilent;
    return [reading(storeMetrics.sourceUp, { source: name }, up ? 1 : 0), ...(up ? last! : [])];
  };
}

async function endsIn(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  try {
    return await Promise.race([work.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}
