// An append on its way, and what becomes of it.
import type { AppendRequest, AppendResult } from '../../core/index.js';

/** Undefined: not stored, because somebody was first; not yet clear who. */
export type Outcome = AppendResult | undefined;

export interface Waiting {
  readonly request: AppendRequest;
  /** Its size as JSON. */
  readonly bytes: number;
  /** When it came. */
  readonly since: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}
