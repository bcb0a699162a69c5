// Locks processes, and begins those that are to start: in one round trip, but by two statements.

/**
 * The insert waits for a unit of work that starts the same process; only a later statement sees the row which that unit has committed,
 * because a statement sees what was committed when it began. Both go by id, so that callers wait for each other in one order.
 *
 * Without sequential scans: a plan made while the table was small outlives that.
 */
export const lockProcessesFunction = `
CREATE FUNCTION event_store.lock_processes(of_process text, wanted text[], starting text[])
RETURNS SETOF event_store.processes LANGUAGE plpgsql SET enable_seqscan TO off AS $$
BEGIN
  INSERT INTO event_store.processes (process, id, status, state_version, state, undo)
  SELECT of_process, s.id, 'new', 0, '{}', '[]' FROM unnest(starting) AS s (id) ORDER BY s.id
  ON CONFLICT DO NOTHING;

  RETURN QUERY
  SELECT * FROM event_store.processes AS p WHERE p.process = of_process AND p.id = ANY (wanted) ORDER BY p.id FOR UPDATE;
END $$`;
