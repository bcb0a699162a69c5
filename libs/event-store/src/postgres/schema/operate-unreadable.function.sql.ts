// Takes a message that nobody could read into the inbox, or gives it up, and records it: an operator's role may call this, and not write to either table.

/**
 * `message` is what a build has read in it, null to give it up: data, metadata, schemaVersion, version, contentHash. What it is called, of which type and
 * key and from where, is taken from the message as it came. Returns `done`, `duplicate` (the inbox has it), `id-reused` (the inbox has another of
 * its id, and nothing is changed) or `absent` (dealt with, or never there). A service's own messages to its processes never came from a broker.
 */
export const operateUnreadableFunction = `
CREATE FUNCTION event_store.operate_unreadable(context text, unreadable bigint, message jsonb, actor text, reason text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path TO pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  was record;
  known text;
  outcome text := 'done';
  seen jsonb;
BEGIN
  SELECT u.topic, u.partition, u."offset", u.key, u.headers, u.reason_code INTO was
    FROM event_store.unreadable_messages AS u WHERE u.id = unreadable AND u.resolution IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'absent';
  END IF;
  seen := jsonb_build_object('topic', was.topic, 'partition', was.partition, 'offset', was."offset", 'key', was.key, 'reasonCode', was.reason_code);
  IF message IS NOT NULL THEN
    IF was.headers->>'ce_type' LIKE 'process.%' THEN
      RAISE EXCEPTION 'A message of type % is none that comes from a broker: only a service tells its processes that.', was.headers->>'ce_type'
        USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT content_hash INTO known FROM event_store.inbound_messages WHERE id = was.headers->>'ce_id';
    IF NOT FOUND THEN
      INSERT INTO event_store.inbound_messages (id, topic, key, type, schema_version, version, data, metadata, content_hash)
      VALUES (was.headers->>'ce_id', was.topic, coalesce(was.key, was.headers->>'ce_subject', was.headers->>'ce_id'), was.headers->>'ce_type',
              (message->>'schemaVersion')::int, (message->>'version')::int, message->'data', message->'metadata', message->>'contentHash')
      ON CONFLICT (id) DO NOTHING;
      IF NOT FOUND THEN
        SELECT content_hash INTO known FROM event_store.inbound_messages WHERE id = was.headers->>'ce_id';
      END IF;
    END IF;
    IF known IS NOT NULL AND known IS DISTINCT FROM message->>'contentHash' THEN
      RETURN 'id-reused';
    ELSIF known IS NOT NULL THEN
      outcome := 'duplicate';
    END IF;
    seen := seen || jsonb_build_object('id', was.headers->>'ce_id', 'type', was.headers->>'ce_type');
  END IF;
  UPDATE event_store.unreadable_messages AS u
     SET resolution = CASE WHEN message IS NULL THEN 'discarded' ELSE 'replayed' END, resolved_at = clock_timestamp()
   WHERE u.id = unreadable;
  PERFORM event_store.record_operation(actor, CASE WHEN message IS NULL THEN 'unreadable.discard' ELSE 'unreadable.replay' END,
    format('%s/unreadable/%s', context, unreadable), reason, seen);
  RETURN outcome;
END $$`;
