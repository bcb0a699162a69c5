// castore: pushEvent with the version it is to have. It takes one event at a time.
import { EventStore, EventType } from '@castore/core';
import { PostgresEventStorageAdapter } from '@castore/event-storage-adapter-postgres';

export async function open(url) {
  await PostgresEventStorageAdapter.createEventTable({ connectionString: url });
  const store = new EventStore({
    eventStoreId: 'ORDERS',
    eventTypes: [new EventType({ type: 'order.placed' })],
    reducer: (_, event) => ({ aggregateId: event.aggregateId, version: event.version }),
    eventStorageAdapter: new PostgresEventStorageAdapter({ connectionString: url }),
  });
  return {
    oneEventOnly: true,
    // Its ids are UUIDs: the stream's name without the category.
    append: (stream, before, [{ type, data, metadata }]) =>
      store.pushEvent({
        aggregateId: stream.slice(stream.indexOf('-') + 1),
        version: before + 1,
        type,
        payload: data,
        metadata,
      }),
    close: async () => undefined,
  };
}
