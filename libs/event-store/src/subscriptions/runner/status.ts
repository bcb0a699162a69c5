// What a runner says about itself: the source of health, metrics and `doctor`.
import type { LogName } from '../../core/index.js';

export type RunnerState =
  | 'starting'
  /** Another process does the work; this one takes over when that one falls silent. */
  | 'waiting-for-lease'
  | 'running'
  /** The database, the broker or a handler's dependency is unavailable; tries again by itself. */
  | 'backing-off'
  /** Log and checkpoint do not belong together, or a record needs a newer build. Somebody has to look; checked again every 30 s. */
  | 'stopped'
  | 'draining'
  | 'ended';

export interface RunnerStatus {
  readonly name: string;
  readonly log: LogName;
  readonly state: RunnerState;
  /** Checkpoint; everything up to here is handled or set aside. 0 before the first lease. */
  readonly position: bigint;
  readonly lastError?: unknown;
  /** Records handled, attempts beyond a record's first, and records parked for good, since the start of this runner. */
  readonly handled: number;
  readonly retried: number;
  readonly parked: number;
  /** When the checkpoint last moved, records were last taken on, or the log was last seen to have nothing new. */
  readonly lastProgressAt: Date | undefined;
  /** How long it holds its lease without any progress, in milliseconds; undefined below a minute. */
  readonly stalledMs: number | undefined;
}

/** Twice the usual deadline of a handler, in milliseconds: a call that ends by itself seldom takes that long. */
const STALLED_AFTER_MS = 60_000;

/** The runner's own, changeable side of its status. */
export class Progress {
  state: RunnerState = 'starting';
  position = 0n;
  lastError: unknown;
  handled = 0;
  retried = 0;
  parked = 0;
  lastProgressAt: Date | undefined;
  /** When it last began to work: it was started, or got the lease. */
  begunAt: Date | undefined;
  /** Kept beyond the session, because only the checkpoint of the next one tells what became of a commit. */
  uncertain: UncertainCommit | undefined;
}

/** Undefined unless it is at work, and has been without progress for a minute. */
export function stalledMs(
  { begunAt, lastProgressAt }: Pick<Progress, 'begunAt' | 'lastProgressAt'>,
  now: Date,
): number | undefined {
  if (!begunAt) return undefined;
  const ms = now.getTime() - Math.max(begunAt.getTime(), lastProgressAt?.getTime() ?? 0);
  return ms >= STALLED_AFTER_MS ? ms : undefined;
}

export interface UncertainCommit {
  /** Up to here records go one by one. */
  readonly batchEnd: bigint;
  /** The record that was alone in its unit of work, how often its commit failed, and how. */
  readonly alone?: { readonly position: bigint; readonly times: number; readonly error: unknown };
}
