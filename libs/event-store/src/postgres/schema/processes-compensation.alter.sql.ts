// A process remembers that its steps were taken back: why, by whom, and which of it was refused.
export const processesCompensation = `
ALTER TABLE event_store.processes ADD COLUMN compensation jsonb`;
