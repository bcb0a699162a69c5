// How far something is that goes from position to position, and how long it will still take at the speed of the last half minute.

export interface Estimate {
  /** 0 to 100. */
  readonly percent: number;
  /** Until the end as it is now, in milliseconds; undefined before anything has moved. */
  readonly remainingMs: number | undefined;
  /** Positions a second; undefined as above. */
  readonly perSecond: number | undefined;
}

const WINDOW_MS = 30_000;

export class ProgressEstimate {
  private samples: { readonly at: number; readonly position: number }[] = [];

  /** `end` may move on. */
  note(at: Date, position: bigint, end: bigint): Estimate {
    const now = { at: at.getTime(), position: Number(position) };
    const recent = this.samples.filter((sample) => now.at - sample.at <= WINDOW_MS && sample.position <= now.position);
    this.samples = [...recent, now];
    const first = this.samples[0]!;
    const rest = Math.max(0, Number(end) - now.position);
    const percent = rest === 0 ? 100 : Math.min(99, Math.floor((now.position / Number(end)) * 100));
    const perMs = (now.position - first.position) / (now.at - first.at);
    if (!(perMs > 0)) return { percent, remainingMs: rest === 0 ? 0 : undefined, perSecond: undefined };
    return { percent, remainingMs: rest / perMs, perSecond: perMs * 1_000 };
  }
}
