// The read model of crate loads, as queries want it.
import type { CrateLoadStatus } from '../../domain/crate-load-status.js';
import type { CrateLoadView } from '../crate-load.view.js';

export const CRATE_LOAD_SUMMARIES = Symbol('CrateLoadSummaries');

export interface CrateLoadFilter {
  /** Only what this user opened. */
  readonly openedBy?: string;
  readonly status?: CrateLoadStatus;
  /** Only those opened before this place in the store. */
  readonly before?: bigint;
  readonly limit: number;
}

export interface CrateLoadSummaries {
  /** Newest first, each with its place in the store: the key to go on from. */
  list(filter: CrateLoadFilter): Promise<readonly { readonly view: CrateLoadView; readonly place: bigint }[]>;
}
