// The relay as a service runs it: from the log to the broker, under a lease, with a checkpoint.
import { EventRegistry, systemClock, systemIds, type Class } from '../../libs/event-store/src/core/index.js';
import { relaySubscription, type Broker, type PublishMapping } from '../../libs/event-store/src/messaging/index.js';
import {
  eventsTable,
  PostgresCheckpointStore,
  PostgresParkingStore,
  PostgresSettledLog,
  PostgresUnitOfWork,
} from '../../libs/event-store/src/postgres/index.js';
import { LiveTail, silentLogger, SubscriptionRunner } from '../../libs/event-store/src/subscriptions/index.js';
import type { StoreOfBench } from '../lab/store.js';
import { OrderPlaced, OrderPlacedV1, relayed } from './messages.js';

const publish = new Map<Class, PublishMapping>([
  [
    OrderPlaced,
    ({ total, note }: OrderPlaced, { stream }) => new OrderPlacedV1(stream.id, total.amountMinor, total.currency, note),
  ],
]);

/** Resolves when everything up to `last` is published and the checkpoint says so. Another name begins at the beginning again. */
export async function relayAll(
  { url, database }: StoreOfBench,
  broker: Broker,
  name: string,
  last: bigint,
): Promise<void> {
  const log = new PostgresSettledLog({ connection: { url, applicationName: 'bench' }, table: eventsTable });
  const definition = relaySubscription({
    name,
    topic: relayed.topic,
    source: '/bench',
    publish,
    key: (_, { stream }) => stream.id,
    registry: new EventRegistry().register(OrderPlaced),
    broker,
  });
  await new Promise<void>((resolve) => {
    const runner = new SubscriptionRunner({
      definition,
      tail: new LiveTail(log, systemClock),
      checkpoints: new PostgresCheckpointStore(database),
      parking: new PostgresParkingStore(database),
      unitOfWork: new PostgresUnitOfWork(database),
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
      owner: 'bench',
      onMoved: (position) => {
        if (position >= last)
          void runner
            .stop()
            .then(() => log.close())
            .then(resolve);
      },
    });
    runner.start();
  });
}
