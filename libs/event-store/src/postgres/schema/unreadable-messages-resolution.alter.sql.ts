// What an operator made of an unreadable message. The message itself stays as it came.
export const unreadableMessagesResolution = `
ALTER TABLE event_store.unreadable_messages
  ADD COLUMN resolution text CHECK (resolution IN ('replayed', 'discarded')),
  ADD COLUMN resolved_at timestamptz(3)`;
