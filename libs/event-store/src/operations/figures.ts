// The port a running service takes its gauges from: few cheap statements on a connection of their own, asked again and again.
import type { LogName, ParkedMessage, SubscriptionKey } from '../core/index.js';

export interface SubscriptionLag extends SubscriptionKey {
  /** Positions after the checkpoint: records at most, because some positions were drawn and never used. */
  readonly positions: number;
  /** Age of the first record after the checkpoint, on the database clock; 0 where there is none. */
  readonly ms: number;
}

export interface ParkedFigure {
  readonly subscription: string;
  readonly status: ParkedMessage['status'];
  /** Of the error; empty for what only stands behind another. */
  readonly reasonCode: string;
  readonly count: number;
}

export interface UnreadableFigure {
  readonly topic: string;
  readonly reasonCode: string;
  readonly count: number;
}

export interface ProcessFigure {
  readonly process: string;
  readonly status: 'running' | 'completed';
  readonly count: number;
}

export interface TimerFigure {
  readonly process: string;
  /** Timers that are due and have not fired. */
  readonly due: number;
  /** How long the oldest of them is due. */
  readonly overdueMs: number;
}

/** A pool of connections of this process. */
export interface PoolFigure {
  readonly name: string;
  readonly max: number;
  readonly used: number;
  readonly idle: number;
  /** Calls that wait for a connection. */
  readonly pending: number;
}

/** Counting stops here. */
export const FIGURES_COUNTED = 100_000;

/** Each @throws UnavailableError, after two seconds at the latest. */
export interface Figures {
  /** The highest position written to each log. */
  ends(): Promise<Readonly<Record<LogName, bigint>>>;
  lags(): Promise<readonly SubscriptionLag[]>;
  /** Counted up to {@link FIGURES_COUNTED}. */
  parked(): Promise<readonly ParkedFigure[]>;
  /** Not dealt with yet; counted up to {@link FIGURES_COUNTED}. */
  unreadable(): Promise<readonly UnreadableFigure[]>;
  timers(): Promise<readonly TimerFigure[]>;
  /** Looks at every process there is or was: seldom, and by itself. */
  processes(): Promise<readonly ProcessFigure[]>;
  /** Asks nobody. */
  pools(): readonly PoolFigure[];
}
