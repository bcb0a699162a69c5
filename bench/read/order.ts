// The smallest aggregate there is: what its load costs beyond reading is one method call an event.
import {
  Aggregate,
  AggregateStore,
  every,
  Event,
  EventRegistry,
  EventSourcedAggregate,
  systemClock,
  systemIds,
  When,
  type EventStore,
  type SnapshotStore,
} from '../../libs/event-store/src/core/index.js';

@Event('order.placed')
export class OrderPlaced {
  constructor(readonly n: number) {}
}

@Aggregate('order')
export class Order extends EventSourcedAggregate<{ readonly placed: number }> {
  state = { placed: 0 };

  place(n: number): void {
    this.raise(new OrderPlaced(n));
  }

  @When(OrderPlaced)
  protected placed({ n }: OrderPlaced): void {
    this.state = { placed: n };
  }
}

// #region snapshot
/** The same, with a snapshot of its state after every hundred events. */
@Aggregate('order', { snapshot: every(100) })
export class OrderWithSnapshots extends Order {}
// #endregion snapshot

export function ordersOf<O extends Order>(
  orderClass: new (id: string) => O,
  events: EventStore,
  snapshots?: SnapshotStore,
): AggregateStore<O> {
  const registry = new EventRegistry().register(OrderPlaced);
  return new AggregateStore(orderClass, { events, registry, clock: systemClock, ids: systemIds, snapshots });
}
