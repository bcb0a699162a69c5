// Gives a process further keys, and answers with those that another one has.

/**
 * Two unique keys decide all races. Whoever wants the same key waits at the primary key of `process_keys`. Whoever starts a process under it
 * waits at the placeholder, which is a row of `processes` and gone at COMMIT (forget-unsaved-process.trigger.sql.ts), and then finds the key.
 * What was committed meanwhile only a later statement sees, because a statement sees what was committed when it began.
 */
export const learnProcessKeysFunction = `
CREATE FUNCTION event_store.learn_process_keys(of_process text, of_id text, learned text[])
RETURNS TABLE (key text, id text) LANGUAGE plpgsql SET enable_seqscan TO off AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO event_store.processes (process, id, status, state_version, state, undo)
  SELECT of_process, l.key, 'new', 0, '{}', '[]' FROM unnest(learned) AS l (key) ORDER BY l.key
  ON CONFLICT DO NOTHING;

  INSERT INTO event_store.process_keys (process, key, id)
  SELECT of_process, l.key, of_id FROM unnest(learned) AS l (key)
   WHERE NOT EXISTS (SELECT 1 FROM event_store.processes AS p WHERE p.process = of_process AND p.id = l.key AND p.status <> 'new')
   ORDER BY l.key
  ON CONFLICT DO NOTHING;

  RETURN QUERY
  SELECT k.key, k.id FROM event_store.process_keys AS k
   WHERE k.process = of_process AND k.key = ANY (learned) AND k.id <> of_id
  UNION
  SELECT p.id, p.id FROM event_store.processes AS p
   WHERE p.process = of_process AND p.id = ANY (learned) AND p.id <> of_id AND p.status <> 'new';
END $$`;
