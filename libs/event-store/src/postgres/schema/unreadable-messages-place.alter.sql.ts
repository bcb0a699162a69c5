// Places in a broker are given out anew when a topic is made again or another broker takes over: another message at a known place is
// another message.
export const unreadableMessagesPlace = `
ALTER TABLE event_store.unreadable_messages
  ADD COLUMN content text NOT NULL GENERATED ALWAYS AS
    (md5(coalesce(key, '') || headers::text || coalesce(encode(value, 'base64'), 'null'))) STORED,
  DROP CONSTRAINT unreadable_messages_place_unique,
  ADD CONSTRAINT unreadable_messages_place_unique UNIQUE (topic, partition, "offset", content)`;
