// Tells a process to compensate, and records it: an operator's role may call this, and not write to the inbox.

/**
 * `process` and `id` are as it is found. Returns the id of what it is told, NULL where there is no such process. The message is the one that a process
 * store gives as signal, under an id that is new: with one of the caller's the inbox would take a message that has yet to come for a duplicate.
 */
export const operateProcessFunction = `
CREATE FUNCTION event_store.operate_process(context text, process text, id text, actor text, reason text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path TO pg_catalog, pg_temp AS $$
DECLARE
  steps int;
  signal text := gen_random_uuid()::text;
  told jsonb := jsonb_build_object('process', process, 'id', id, 'reason', reason, 'actor', actor);
BEGIN
  SELECT jsonb_array_length(p.undo) + coalesce(jsonb_array_length(p.compensation->'refused'), 0) INTO steps
    FROM event_store.processes AS p
   WHERE p.process = operate_process.process AND p.status <> 'new'
     AND p.id = coalesce((SELECT k.id FROM event_store.process_keys AS k WHERE k.process = operate_process.process AND k.key = operate_process.id),
                         operate_process.id);
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  INSERT INTO event_store.inbound_messages (id, topic, key, type, schema_version, version, data, metadata, content_hash)
  VALUES (signal, NULL, format('%s/%s', process, id), 'process.compensate', 1, 0,
          told, jsonb_build_object('correlationId', signal, 'actor', actor, 'reason', reason),
          encode(sha256(convert_to(told::text, 'UTF8')), 'hex'));
  PERFORM event_store.record_operation(actor, 'process.compensate', format('%s/process/%s/%s', context, process, id), reason,
    jsonb_build_object('undo', steps, 'messageId', signal));
  RETURN signal;
END $$`;
