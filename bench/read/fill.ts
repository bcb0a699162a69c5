// A log to read: written by few statements, since what is measured is what comes after.
import pg from 'pg';
import { newEvent } from '../append/events.js';

/** Rows in one statement. */
const CHUNK = 1_000_000;

/** Appends `count` events to streams `order-<first>`, `order-<first + 1>` …, each of `eventsOfStream`. */
export async function fill(
  url: string,
  { first, count, eventsOfStream }: { first: number; count: number; eventsOfStream: number },
): Promise<void> {
  const { type, data, metadata } = newEvent(0);
  const client = new pg.Client(url); // of its own: a service's connections give no statement that long
  await client.connect();
  for (let from = 0; from < count; from += CHUNK) {
    await client.query(
      `INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
       SELECT gen_random_uuid(), 'order-' || ($1::int + n / $3::int), 1 + n % $3::int, $4, 1,
              jsonb_set($5::jsonb, '{n}', to_jsonb(1000000 + n)), $6::jsonb
         FROM generate_series($7::int, $2::int - 1) AS n`,
      [
        first,
        Math.min(count, from + CHUNK),
        eventsOfStream,
        type,
        JSON.stringify(data),
        JSON.stringify(metadata),
        from,
      ],
    );
  }
  await client.query('VACUUM ANALYZE event_store.events');
  await client.end();
}
