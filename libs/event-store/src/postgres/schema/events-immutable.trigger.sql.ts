// Events are only ever added. ALWAYS: also for sessions that switch ordinary triggers off (session_replication_role).
export const eventsImmutableTrigger = `
CREATE TRIGGER events_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON event_store.events
  FOR EACH STATEMENT EXECUTE FUNCTION event_store.refuse_change();
ALTER TABLE event_store.events ENABLE ALWAYS TRIGGER events_immutable`;
