// Time for processes under test: lets the timers of a service's database come closer, instead of waiting for them.
import type { Query } from './invariants/query.js';

/**
 * Moves every timer of the database `ms` milliseconds closer, and says how many there were; negative values move them away.
 *
 * The same as moving the clock on: a timer's due time is compared with the database's clock and with nothing else, and it is written as
 * an offset from that clock. So what is scheduled later is as far away as it would be, and `due - ms <= now` says what
 * `due <= now + ms` would. Nobody has to be able to set the server's clock, and its other readers (leases, retries) are left alone.
 *
 * In the order in which timers are fired, so that a service that fires them at the same time waits instead of running into a deadlock;
 * then services that listen are told to look again, others look within a second anyway.
 */
export async function moveTimers(query: Query, ms: number): Promise<number> {
  const [row] = await query(
    `WITH moved AS (
       UPDATE event_store.process_timers SET due_at = due_at - $1::float8 * interval '1 millisecond'
        WHERE timer_id = ANY (ARRAY(SELECT timer_id FROM event_store.process_timers ORDER BY due_at, timer_id FOR UPDATE))
       RETURNING 1
     )
     SELECT count(*)::text AS moved, pg_notify('event_store', 'timers')::text AS told FROM moved`,
    [ms],
  );
  return Number(row!['moved']);
}
