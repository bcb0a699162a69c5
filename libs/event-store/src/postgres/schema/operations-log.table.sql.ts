// What operators did: who, when, to what, and why. Written in the transaction that did it; rows are only ever added.
export const operationsLogTable = `
CREATE TABLE event_store.operations_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  actor text NOT NULL CHECK (actor <> ''),
  action text NOT NULL,
  subject text NOT NULL,
  reason text,
  detail jsonb NOT NULL
)`;
