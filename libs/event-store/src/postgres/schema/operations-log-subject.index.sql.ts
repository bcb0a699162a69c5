// Finds what was done to one thing.
export const operationsLogSubjectIndex = `
CREATE INDEX operations_log_subject ON event_store.operations_log (subject, id)`;
