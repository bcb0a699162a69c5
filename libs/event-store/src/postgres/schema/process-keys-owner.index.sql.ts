// Finds all keys of a process.
export const processKeysOwnerIndex = `
CREATE INDEX process_keys_owner ON event_store.process_keys (process, id)`;
