// Adds to the log of operations, for the functions that operators call: nobody else may call it. Who is let in says session_user, the column's default.
export const recordOperationFunction = `
CREATE FUNCTION event_store.record_operation(actor text, action text, subject text, reason text, detail jsonb)
RETURNS void LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp AS $$
BEGIN
  IF coalesce(btrim(actor), '') = '' OR coalesce(btrim(reason), '') = '' THEN
    RAISE EXCEPTION 'An operation is recorded with who does it and why: % of % lacks one of them.', action, subject
      USING ERRCODE = 'null_value_not_allowed';
  END IF;
  INSERT INTO event_store.operations_log (actor, action, subject, reason, detail) VALUES (actor, action, subject, reason, detail);
END $$`;
