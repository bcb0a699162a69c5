// A log to read: written by one statement, since what is measured is reading.
import type { DataSource } from 'typeorm';
import { newEvent } from '../append/events.js';

/** Appends `count` events to streams `order-<first>`, `order-<first + 1>` …, each of `eventsOfStream`. */
export async function fill(
  dataSource: DataSource,
  { first, count, eventsOfStream }: { first: number; count: number; eventsOfStream: number },
): Promise<void> {
  const { type, data, metadata } = newEvent(0);
  await dataSource.query(
    `INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
     SELECT gen_random_uuid(), 'order-' || ($1::int + n / $3::int), 1 + n % $3::int, $4, 1,
            jsonb_set($5::jsonb, '{n}', to_jsonb(1000000 + n)), $6::jsonb
       FROM generate_series(0, $2::int - 1) AS n`,
    [first, count, eventsOfStream, type, JSON.stringify(data), JSON.stringify(metadata)],
  );
  await dataSource.query('VACUUM ANALYZE event_store.events');
}
