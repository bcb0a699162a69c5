// Says no to whoever tries to change history.
export const refuseChangeFunction = `
CREATE FUNCTION event_store.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Events are immutable: % on %.% is refused. Append an event that corrects the earlier one.',
    TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$`;
