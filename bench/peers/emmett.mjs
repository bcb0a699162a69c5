// emmett: appendToStream with the expected version, which checks it in a transaction.
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';

export async function open(url) {
  const store = getPostgreSQLEventStore(url);
  return {
    append: (stream, before, events) =>
      store.appendToStream(
        stream,
        events.map(({ type, data, metadata }) => ({ type, data, metadata })),
        { expectedStreamVersion: before === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(before) },
      ),
    close: () => store.close(),
  };
}
