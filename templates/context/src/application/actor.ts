// Who asks, as commands and queries carry it: ownership is decided by handlers, not at the door.
import { AggregateNotFoundError } from '@app/event-store';

export interface Actor {
  readonly id: string;
  /** Operators see and handle every crate load; a customer only those they opened. */
  readonly operator: boolean;
}

/** @throws AggregateNotFoundError for what somebody else opened: to them it does not exist. */
export function assertMayAccess(actor: Actor, crateLoadId: string, openedBy: string | undefined): void {
  if (!actor.operator && actor.id !== openedBy) throw new AggregateNotFoundError('crate_load', crateLoadId);
}

/** The role somebody acts in: of what they opened everybody is the customer, of all else the operator. One rule, whatever roles the token has. */
export function roleFor(actor: Actor, openedBy: string | undefined): 'customer' | 'operator' {
  return actor.id === openedBy ? 'customer' : 'operator';
}
