// Who asks, as commands and queries carry it: ownership is decided by handlers, not at the door.
import { AggregateNotFoundError, MessageContext } from '@app/event-store/core';

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

/** Runs a decision so that its events name the actor in that role. The door, which does not know the order, could only guess it. */
export function actingAs<T>(role: 'customer' | 'operator', actor: Actor, decide: () => T): T {
  const { inherited, command } = MessageContext.current() ?? {};
  if (!inherited) return decide();
  return MessageContext.run(new MessageContext({ ...inherited, command, actor: `${role}:${actor.id}` }), decide);
}
