// Pauses a read model or lets it go on, and records it: an operator's role may call this, and not touch the subscriptions.

/**
 * `projection` is `<name>@v<version>`; its subscription has that name, or there is one for each segment of it. To pause waits for a checkpoint that is about to commit;
 * one that comes later finds that the lease is gone. False where all of it was so before. What a division has handed over stays paused, and nobody pauses
 * in the name of one. Publishers, processes and handlers have no version in their names, and are not for operators to stop.
 */
export const operateProjectionFunction = `
CREATE FUNCTION event_store.operate_projection(context text, change text, projection text, actor text, reason text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path TO pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  changed record;
  place bigint;
BEGIN
  IF change NOT IN ('pause', 'resume') THEN
    RAISE EXCEPTION 'A read model is paused or resumed, not %.', change USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF projection !~ '^[^/]+@v[0-9]+$' THEN
    RAISE EXCEPTION 'A read model is named <name>@v<version>, not %.', projection USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF actor = 'division' THEN
    RAISE EXCEPTION 'The name division is taken: it marks segments that others have taken over from.' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR changed IN
    SELECT s.name, s.log, s.position FROM event_store.subscriptions AS s
     WHERE (s.name = projection OR (starts_with(s.name, projection || '/') AND substr(s.name, length(projection) + 2) ~ '^[0-9]+-of-[0-9]+$'))
       AND (s.paused_at IS NULL) = (change = 'pause') AND s.paused_by IS DISTINCT FROM 'division'
     ORDER BY s.name, s.log FOR UPDATE
  LOOP
    IF change = 'pause' THEN
      UPDATE event_store.subscriptions AS s
         SET paused_at = clock_timestamp(), paused_by = actor, pause_reason = reason,
             lease_owner = NULL, leased_until = NULL, lease_epoch = s.lease_epoch + 1
       WHERE s.name = changed.name AND s.log = changed.log;
    ELSE
      UPDATE event_store.subscriptions AS s SET paused_at = NULL, paused_by = NULL, pause_reason = NULL
       WHERE s.name = changed.name AND s.log = changed.log;
    END IF;
    place := least(place, changed.position);
  END LOOP;
  IF place IS NULL THEN
    RETURN false;
  END IF;
  PERFORM event_store.record_operation(actor, 'projection.' || change, format('%s/%s', context, projection), reason,
    jsonb_build_object('position', place::text));
  RETURN true;
END $$`;
