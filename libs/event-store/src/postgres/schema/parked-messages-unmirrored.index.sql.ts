// Finds what is parked and not mirrored, however much of it is.
export const parkedMessagesUnmirroredIndex = `
CREATE INDEX parked_messages_unmirrored ON event_store.parked_messages (parked_at)
 WHERE status = 'parked' AND mirrored_at IS NULL`;
