// The EventBus everybody gets injected. Handlers and sagas are fed from the log by the subscription host, so nothing is kept in memory here.
import { EventBus as NestEventBus } from '@nestjs/cqrs';
import { InvalidRequestError } from '../core/index.js';

export class DurableEventBus extends NestEventBus {
  /** The subscription host finds `@EventsHandler` classes itself and gives each a checkpoint: none of Nest's in-memory pipelines. */
  override register(): void {}

  /** As {@link register}, for `@Saga` members. */
  override registerSagas(): void {}

  /** @throws InvalidRequestError always: an event that is not in the log would be lost with the process. */
  override publish(event: object): never {
    throw new InvalidRequestError(
      `EventBus.publish(${event.constructor.name}) would bypass the log. Raise the event in an aggregate and save it with AggregateStore; handlers and sagas then receive it.`,
    );
  }

  /** @throws InvalidRequestError always, as {@link publish}; `commit()` of Nest's AggregateRoot ends here. */
  override publishAll(events: readonly object[] = []): never {
    return this.publish(events[0] ?? {});
  }
}
