// Moves due timers into the inbox. One statement deletes and inserts, so that a crash at any moment leaves each in one of the two.

/**
 * Those who fire at once wait for each other at the first due row instead of skipping what is locked: it takes milliseconds, the positions
 * of all of them together follow the due times, and when nothing is left to fire nobody is told to look again at once.
 *
 * `statement_timestamp()` is never ahead of the clock, and unlike `clock_timestamp()` an index can be searched by it. A timer whose record
 * exists already draws no position: a gap is something that readers have to clear up. Ids and keys are those of process-store.ts.
 */
export const fireDueTimersFunction = `
CREATE FUNCTION event_store.fire_due_timers(most int, OUT fired int, OUT next_in_ms float8)
LANGUAGE plpgsql SET enable_seqscan TO off AS $$
BEGIN
  WITH due AS (
    DELETE FROM event_store.process_timers WHERE timer_id = ANY (ARRAY(
      SELECT timer_id FROM event_store.process_timers WHERE due_at <= statement_timestamp()
       ORDER BY due_at, timer_id LIMIT most FOR UPDATE
    )) RETURNING *
  ), record AS (
    SELECT due_at, timer_id, timer_id::text AS id, process || '/' || process_id AS key, 'process.timer' AS type,
           jsonb_build_object('process', process, 'id', process_id, 'name', name) AS data, metadata
      FROM due
  )
  INSERT INTO event_store.inbound_messages (id, topic, key, type, schema_version, version, data, metadata, content_hash)
  SELECT id, NULL, key, type, 1, 0, data, metadata,
         encode(sha256(convert_to(jsonb_build_array(type, key, data)::text, 'UTF8')), 'hex')
    FROM record
   WHERE NOT EXISTS (SELECT 1 FROM event_store.inbound_messages AS known WHERE known.id = record.id)
   ORDER BY due_at, timer_id
  ON CONFLICT (id) DO NOTHING;
  GET DIAGNOSTICS fired = ROW_COUNT;

  SELECT ceil(greatest(0, extract(epoch FROM next.due_at - clock_timestamp()) * 1000)) INTO next_in_ms
    FROM (SELECT due_at FROM event_store.process_timers ORDER BY due_at LIMIT 1) AS next;
END $$`;
