// The port that finds streams. It knows no table of streams, because there is none: an append must not pay for a list.

export interface StreamsQuery {
  /** Only streams of this category, e.g. `order`. */
  readonly category?: string;
  /** Only streams whose last event lies before this position: the `next` of the page before. */
  readonly before?: bigint;
  readonly limit: number;
}

export interface StreamSummary {
  readonly stream: string;
  readonly version: number;
  /** Of the last event. */
  readonly position: bigint;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly lastType: string;
}

export interface StreamsPage {
  /** Those that were written to last come first. */
  readonly streams: readonly StreamSummary[];
  /** Give it as `before` for the next page; undefined when everything was looked at. */
  readonly next: bigint | undefined;
  /** True when the page ends early because {@link EVENTS_PER_LOOK} events were looked at. */
  readonly cutShort: boolean;
}

/** A page looks back over at most this many events, whatever the size of the log: a rare category must not read all of it. */
export const EVENTS_PER_LOOK = 20_000;

export interface StreamDirectory {
  newest(query: StreamsQuery): Promise<StreamsPage>;
}
