// Who does something, and how the page writes prices.
import { MessageContext, systemIds } from '@app/event-store/core';

/** Events that are recorded within `work` say that `actor` did it. A service takes this from the request's token. */
export function as<T>(actor: string, work: () => Promise<T>): Promise<T> {
  return MessageContext.run(new MessageContext({ correlationId: systemIds.next(), actor }), work);
}

export function price(cents: number): string {
  return (cents / 100).toFixed(2);
}
