// The same of messages that nobody could read.
export const unreadableMessagesMirror = `
ALTER TABLE event_store.unreadable_messages
  ADD COLUMN mirrored_at timestamptz,
  ADD COLUMN mirror_claimed_until timestamptz,
  ADD COLUMN mirror_claims int NOT NULL DEFAULT 0`;
