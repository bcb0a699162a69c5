// How records reach a subscription: one implementation for each `delivery` of a definition, made anew for every holding of the lease.
import type { LogRecord } from '../../core/index.js';

export interface Delivery {
  /** Takes the next records; resolves when more may come. Rejects when the session cannot go on: back to the checkpoint. */
  deliver(records: readonly LogRecord[]): Promise<void>;
  /** Tries again what was set aside and is due. */
  retryDue(): Promise<void>;
  /** Milliseconds until `retryDue` may have something to do. */
  readonly restMs: number;
  /** After the last `deliver`: resolves when no call is in hand; what is handled is saved unless the session failed. */
  finish(): Promise<void>;
}
