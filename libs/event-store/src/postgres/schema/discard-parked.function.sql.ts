// Takes out what is parked. Where the subscription's checkpoint stands before it, that is remembered; what checkpoints have passed is forgotten.
export const discardParkedFunction = `
CREATE FUNCTION event_store.discard_parked(of_subscription text, of_log text, at bigint) RETURNS boolean
LANGUAGE plpgsql SET search_path TO pg_catalog, pg_temp AS $$
DECLARE
  was record;
  checkpoint bigint;
BEGIN
  DELETE FROM event_store.parked_messages AS p
   WHERE p.subscription = of_subscription AND p.log = of_log AND p.position = at AND p.status = 'parked' RETURNING p.* INTO was;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  SELECT s.position INTO checkpoint FROM event_store.subscriptions AS s WHERE s.name = of_subscription AND s.log = of_log;
  DELETE FROM event_store.discarded_messages AS d
   WHERE d.subscription = of_subscription AND d.log = of_log AND d.position <= checkpoint;
  IF checkpoint < at THEN
    INSERT INTO event_store.discarded_messages AS d (subscription, log, position, message_id)
    VALUES (of_subscription, of_log, at, was.message_id)
    ON CONFLICT ON CONSTRAINT discarded_messages_pkey DO UPDATE SET message_id = excluded.message_id;
  END IF;
  RETURN true;
END $$`;
