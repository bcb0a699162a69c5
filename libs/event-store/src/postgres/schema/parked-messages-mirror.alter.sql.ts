// Whether the broker has a copy on the dead-letter topic, who is about to send one, and for how long it is left to him.
export const parkedMessagesMirror = `
ALTER TABLE event_store.parked_messages
  ADD COLUMN mirrored_at timestamptz,
  ADD COLUMN mirror_claimed_until timestamptz,
  ADD COLUMN mirror_claims int NOT NULL DEFAULT 0`;
