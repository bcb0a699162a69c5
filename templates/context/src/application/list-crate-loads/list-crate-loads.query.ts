// A page of crate loads, newest first: a customer's own, or everybody's for an operator.
import { Query } from '@nestjs/cqrs';
import type { CrateLoadStatus } from '../../domain/crate-load-status.js';
import type { Actor } from '../actor.js';
import type { CrateLoadView } from '../crate-load.view.js';

export interface CrateLoadPage {
  readonly views: readonly CrateLoadView[];
  /** Where the next page begins; undefined on the last one. */
  readonly next?: bigint;
}

export class ListCrateLoads extends Query<CrateLoadPage> {
  constructor(
    readonly actor: Actor,
    /** How many on the page, 1 to 100. */
    readonly limit: number,
    readonly status?: CrateLoadStatus,
    /** `next` of the page before. */
    readonly before?: bigint,
  ) {
    super();
  }
}
