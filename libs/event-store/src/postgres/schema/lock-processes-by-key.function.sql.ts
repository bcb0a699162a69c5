// Locks processes by any of their keys, and begins those that are to start: in one round trip, but by several statements.

/**
 * The insert waits for a unit of work that starts the same process, or gives its id to another as a key; only a later statement sees what that
 * unit has committed, because a statement sees what was committed when it began. So the ids are looked up after it, and the rows are read after they
 * are locked: by then nobody else can give them keys. Only what was locked is read: while the lock was waited for, another unit may have started one of
 * the others, and whoever took that for its own would overwrite what the next unit makes of it. Insert and lock go by id, so that callers wait for each
 * other in one order.
 *
 * Without sequential scans: a plan made while the table was small outlives that.
 */
export const lockProcessesByKeyFunction = `
CREATE FUNCTION event_store.lock_processes(of_process text, wanted text[], starting text[])
RETURNS TABLE (process text, id text, status text, state_version int, state jsonb, undo jsonb, compensation jsonb, keys text[])
LANGUAGE plpgsql SET enable_seqscan TO off AS $$
#variable_conflict use_column
DECLARE
  ids text[];
BEGIN
  INSERT INTO event_store.processes (process, id, status, state_version, state, undo)
  SELECT of_process, s.id, 'new', 0, '{}', '[]' FROM unnest(starting) AS s (id)
   WHERE NOT EXISTS (SELECT 1 FROM event_store.process_keys AS k WHERE k.process = of_process AND k.key = s.id)
   ORDER BY s.id
  ON CONFLICT DO NOTHING;

  ids := ARRAY(
    SELECT coalesce((SELECT k.id FROM event_store.process_keys AS k WHERE k.process = of_process AND k.key = w.key), w.key)
      FROM unnest(wanted) AS w (key));

  ids := ARRAY(SELECT p.id FROM event_store.processes AS p WHERE p.process = of_process AND p.id = ANY (ids) ORDER BY p.id FOR UPDATE);

  RETURN QUERY
  SELECT p.process, p.id, p.status, p.state_version, p.state, p.undo, p.compensation,
         ARRAY(SELECT k.key FROM event_store.process_keys AS k WHERE k.process = p.process AND k.id = p.id ORDER BY k.key)
    FROM event_store.processes AS p WHERE p.process = of_process AND p.id = ANY (ids);
END $$`;
