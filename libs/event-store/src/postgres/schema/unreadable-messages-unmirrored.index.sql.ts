// The same of messages that nobody could read and nobody has dealt with.
export const unreadableMessagesUnmirroredIndex = `
CREATE INDEX unreadable_messages_unmirrored ON event_store.unreadable_messages (id)
 WHERE resolution IS NULL AND mirrored_at IS NULL`;
