// No event lies at or before 0, where every reader begins: nobody would ever read it.

/** A writer may name a position of its own (OVERRIDING SYSTEM VALUE). NOT VALID: writers wait for a moment, not while the table is read. */
export const eventsPosition = `
ALTER TABLE event_store.events ADD CONSTRAINT events_position_positive CHECK (position > 0) NOT VALID`;

/** Reads the whole table. Nobody waits for it, if it is in a transaction of its own. */
export const eventsPositionValid = `ALTER TABLE event_store.events VALIDATE CONSTRAINT events_position_positive`;
