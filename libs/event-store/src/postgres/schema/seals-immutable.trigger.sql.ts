// Seals are only ever added, as events are. ALWAYS: also for sessions that switch ordinary triggers off.
export const sealsImmutableTrigger = `
CREATE FUNCTION event_store.refuse_seal_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Seals are immutable: % on %.% is refused. A seal that was changed can no longer be verified.',
    TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER seals_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON event_store.seals
  FOR EACH STATEMENT EXECUTE FUNCTION event_store.refuse_seal_change();
ALTER TABLE event_store.seals ENABLE ALWAYS TRIGGER seals_immutable`;
