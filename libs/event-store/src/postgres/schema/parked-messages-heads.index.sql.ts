// Finds the head of each key, the one whose turn it is, and whether a key is held at all.
export const parkedMessagesHeadsIndex = `
CREATE INDEX parked_messages_heads ON event_store.parked_messages (subscription, log, key, position)`;
