// What operations know of a projection of this build, and of the tables it writes.
import type { Class } from '../../core/index.js';
import type { Projection, UnknownPolicy } from '../../subscriptions/index.js';

export interface OperatedProjection extends Projection {
  readonly inline: boolean;
  /** Into how many segments it is divided, default 1. */
  readonly segments?: number | undefined;
  readonly unknown?: UnknownPolicy | undefined;
  /** The entities it writes. */
  readonly tables: readonly Class[];
  /** Property of the entities with the id of the stream a row belongs to. */
  readonly streamKey: string | undefined;
}

/** The tables of one projection. `db` is that of the open unit of work. */
export interface ReadModelTables {
  /** Deletes all rows; resolves with their number. */
  empty(db: unknown): Promise<number>;
  /** Deletes the rows of one stream; resolves with their number. */
  emptyOf(db: unknown, streamId: string): Promise<number>;
}
