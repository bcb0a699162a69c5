// Who asks, as commands and queries carry it: ownership is decided by handlers, not at the door.
import { AggregateNotFoundError } from '@app/event-store/core';

export interface Actor {
  readonly id: string;
  /** Operators see and handle every order; a customer only their own. */
  readonly operator: boolean;
}

/** @throws AggregateNotFoundError for another customer's order: to them it does not exist. */
export function assertMayAccess(actor: Actor, orderId: string, customerId: string): void {
  if (!actor.operator && actor.id !== customerId) throw new AggregateNotFoundError('order', orderId);
}

/** The role somebody acts in: of their own order everybody is the customer, of every other the operator. One rule, whatever roles the token has. */
export function roleFor(actor: Actor, customerId: string): 'customer' | 'operator' {
  return actor.id === customerId ? 'customer' : 'operator';
}
