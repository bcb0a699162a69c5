// The lives of this database. Positions are only comparable within one; the row with the highest number is the present one.

/** `number` makes two processes that both meet an empty table agree on the first row; `epoch` is what cursors carry. */
export const logEpochsTable = `
CREATE TABLE event_store.log_epochs (
  number int PRIMARY KEY,
  epoch uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  system_identifier text NOT NULL,
  timeline int NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp()
)`;
