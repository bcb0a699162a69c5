// One row per subscription and log: how far it is (checkpoint), and who may work on it (lease).

/** The checkpoint is (log_epoch, position). lease_epoch rises with every change of hands and fences the former holder. */
export const subscriptionsTable = `
CREATE TABLE event_store.subscriptions (
  name text NOT NULL,
  log text NOT NULL CHECK (log IN ('events', 'inbound', 'outgoing')),
  log_epoch text NOT NULL,
  position bigint NOT NULL CHECK (position >= 0),
  lease_owner text,
  lease_epoch bigint NOT NULL DEFAULT 0,
  leased_until timestamptz,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (name, log)
) WITH (fillfactor = 50)`;
