// Tells a process to compensate, and records it: an operator's role may call this, and not write to the inbox.

/**
 * `process` and `id` are as it is found, `signal` is the id of what it is told, `content_hash` that of it. False where there is no such process.
 * The message is the one that a process store gives as signal.
 */
export const operateProcessFunction = `
CREATE FUNCTION event_store.operate_process(context text, process text, id text, signal text, content_hash text, actor text, reason text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path TO pg_catalog, pg_temp AS $$
DECLARE
  steps int;
BEGIN
  SELECT jsonb_array_length(p.undo) + coalesce(jsonb_array_length(p.compensation->'refused'), 0) INTO steps
    FROM event_store.processes AS p
   WHERE p.process = operate_process.process AND p.status <> 'new'
     AND p.id = coalesce((SELECT k.id FROM event_store.process_keys AS k WHERE k.process = operate_process.process AND k.key = operate_process.id),
                         operate_process.id);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO event_store.inbound_messages (id, topic, key, type, schema_version, version, data, metadata, content_hash)
  VALUES (signal, NULL, format('%s/%s', process, id), 'process.compensate', 1, 0,
          jsonb_build_object('process', process, 'id', id, 'reason', reason, 'actor', actor),
          jsonb_build_object('correlationId', signal, 'actor', actor, 'reason', reason), content_hash);
  PERFORM event_store.record_operation(actor, 'process.compensate', format('%s/process/%s/%s', context, process, id), reason,
    jsonb_build_object('undo', steps));
  RETURN true;
END $$`;
