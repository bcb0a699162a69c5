// A crate load as queries answer it, whether it comes from the read model or was rebuilt from events.
import type { StoredEvent } from '@app/event-store';
import type { CrateLoad } from '../domain/crate-load.js';
import type { CrateLoadStatus } from '../domain/crate-load-status.js';

export interface CrateLoadView {
  readonly crateLoadId: string;
  readonly subject: string;
  /** Undefined when a message of another context asked for it. */
  readonly openedBy?: string;
  readonly status: CrateLoadStatus;
  readonly closeReason?: string;
  readonly version: number;
  readonly openedAt: Date;
  /** Time of the event that made `version`. */
  readonly updatedAt: Date;
}

/** The view of a rebuilt crate load; `history` holds at least the events it was rebuilt from. */
export function viewOf(crateLoad: CrateLoad, history: readonly StoredEvent[]): CrateLoadView {
  const { status, ...state } = crateLoad.state;
  const first = history[0];
  const last = history[crateLoad.version - 1];
  if (status === 'none' || !first || !last) throw new TypeError(`Crate load ${crateLoad.id} has no event yet.`);
  return {
    crateLoadId: crateLoad.id,
    ...state,
    status,
    version: crateLoad.version,
    openedAt: first.occurredAt,
    updatedAt: last.occurredAt,
  };
}
