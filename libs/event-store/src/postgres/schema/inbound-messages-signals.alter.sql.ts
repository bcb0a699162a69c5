// The inbox also takes what reaches a process from its own service, due timers and rejected commands: they come from no topic.
export const inboundMessagesSignals = `
ALTER TABLE event_store.inbound_messages ALTER COLUMN topic DROP NOT NULL`;
