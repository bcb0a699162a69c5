// What operators gave up while the checkpoint stood before it: it comes again after a restart, and is passed over then.

/** By its id, too: after a restore another record may have the position. */
export const discardedMessagesTable = `
CREATE TABLE event_store.discarded_messages (
  subscription text NOT NULL,
  log text NOT NULL CHECK (log IN ('events', 'inbound', 'outgoing')),
  position bigint NOT NULL,
  message_id text NOT NULL,
  PRIMARY KEY (subscription, log, position)
)`;
