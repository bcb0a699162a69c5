// Replays or discards what is parked, and records it: an operator's role may call this, and not change the table.

/**
 * `records` is an array of {subscription, log, position}. What is not parked any more is passed over; what was changed is returned. Where all are of
 * one process, it is named as `<process>/<id>` and recorded as retried. One order of locks for all callers.
 */
export const operateParkedFunction = operateParked(
  'CREATE FUNCTION',
  `DELETE FROM event_store.parked_messages AS p
       WHERE p.subscription = was.subscription AND p.log = was.log AND p.position = was.position;`,
);

/** What is discarded before the checkpoint has passed it is remembered. */
export const operateParkedRemembering = operateParked(
  'CREATE OR REPLACE FUNCTION',
  'PERFORM event_store.discard_parked(was.subscription, was.log, was.position);',
);

function operateParked(create: string, discard: string): string {
  return `
${create} event_store.operate_parked(context text, change text, records jsonb, of_process text, actor text, reason text)
RETURNS TABLE (subscription text, log text, "position" bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  was record;
  changed int := 0;
BEGIN
  IF change NOT IN ('replay', 'discard') THEN
    RAISE EXCEPTION 'What is parked is replayed or discarded, not %.', change USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR was IN
    SELECT p.* FROM event_store.parked_messages AS p
      JOIN jsonb_to_recordset(records) AS r (subscription text, log text, "position" bigint)
        ON p.subscription = r.subscription AND p.log = r.log AND p.position = r.position
     WHERE p.status = 'parked' ORDER BY p.subscription, p.log, p.position FOR UPDATE OF p
  LOOP
    IF change = 'replay' THEN
      UPDATE event_store.parked_messages AS p SET status = 'waiting', attempts = 0, due_at = clock_timestamp()
       WHERE p.subscription = was.subscription AND p.log = was.log AND p.position = was.position;
    ELSE
      ${discard}
    END IF;
    PERFORM event_store.record_operation(actor, 'parked.' || change,
      format('%s/%s/%s/%s', context, was.subscription, was.log, was.position), reason,
      jsonb_build_object('messageId', was.message_id, 'type', was.type, 'key', was.key, 'attempts', was.attempts, 'reason', was.reason,
        'parkedAt', to_char(was.parked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')));
    changed := changed + 1;
    RETURN QUERY SELECT was.subscription, was.log, was.position;
  END LOOP;
  IF changed > 0 AND of_process IS NOT NULL THEN
    PERFORM event_store.record_operation(actor, 'process.retry', format('%s/process/%s', context, of_process), reason,
      jsonb_build_object('replayed', changed));
  END IF;
END $$`;
}
