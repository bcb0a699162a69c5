// As whom the session was let in that did it: what an actor is called, whoever runs a command may say. Two statements: rows from before keep none.
export const operationsLogDatabaseUser = `
ALTER TABLE event_store.operations_log ADD COLUMN database_user text`;

export const operationsLogDatabaseUserDefault = `
ALTER TABLE event_store.operations_log ALTER COLUMN database_user SET DEFAULT session_user`;
