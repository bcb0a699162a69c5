// Who was forgotten stays so: neither a key from a backup nor a deleted row lets anything personal of them be stored or read again.

/** A key may be wrapped anew by another master key; a tombstone is never changed, and no row is deleted. */
export const subjectKeysTombstone = `
CREATE OR REPLACE FUNCTION event_store.keep_tombstones() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.destroyed_at IS NOT NULL THEN
    RAISE EXCEPTION 'Keys of subjects are destroyed once and never come back; rows are not deleted'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER subject_keys_keep_tombstones BEFORE UPDATE OR DELETE ON event_store.subject_keys
  FOR EACH ROW EXECUTE FUNCTION event_store.keep_tombstones()`;
