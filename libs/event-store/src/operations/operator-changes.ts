// The port through which operators change anything: each call does it and records who, why and what it was, as one. There is no way to do it unrecorded.
import type { SubscriptionKey } from '../core/index.js';
import type { InboundMessage } from '../messaging/index.js';
import type { ProcessKey } from '../processes/index.js';

/** Both are recorded; neither may be empty. */
export interface By {
  readonly actor: string;
  readonly reason: string;
}

export interface ParkedPlace extends SubscriptionKey {
  readonly position: bigint;
}

/** Each joins an open unit of work. Safe to repeat: what is done already is neither done nor recorded again. */
export interface OperatorChanges {
  /**
   * Of `places`, those that were parked and are due now, or given up; the others were dealt with meanwhile. `ofProcess`: all are of this one,
   * which is recorded as retried.
   */
  parked(
    change: 'replay' | 'discard',
    places: readonly ParkedPlace[],
    by: By,
    ofProcess?: ProcessKey,
  ): Promise<readonly ParkedPlace[]>;
  /**
   * Puts what a build has read in an unreadable message into the inbox, or without `message` gives it up.
   * `duplicate`: the inbox had it already. `id-reused`: the inbox has another of its id, and nothing is changed. `absent`: dealt with, or never there.
   */
  unreadable(id: bigint, message: InboundMessage | undefined, by: By): Promise<UnreadableChange>;
  /**
   * `name` is that of a version, `order-summary@v1`. False where all its subscriptions are so already. Segments that a division handed over stay
   * paused. @throws Error the name is of no read model, or the actor's is `division`.
   */
  projection(change: 'pause' | 'resume', name: string, by: By): Promise<boolean>;
  /** Has a process compensate: the id of what it is told. Undefined where it has not started. */
  compensate(process: ProcessKey, by: By): Promise<string | undefined>;
}

export type UnreadableChange = 'done' | 'duplicate' | 'id-reused' | 'absent';
