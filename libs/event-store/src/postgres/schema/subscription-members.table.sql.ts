// One row per replica that shares a subscription's segments: how many there are decides how large a share is. Who works on what, only leases say.

/** Unlogged: after a crash of the server members say again within a second that they are there, and until then everybody keeps what it has. */
export const subscriptionMembersTable = `
CREATE UNLOGGED TABLE event_store.subscription_members (
  name text NOT NULL,
  log text NOT NULL,
  member text NOT NULL,
  alive_until timestamptz NOT NULL,
  PRIMARY KEY (name, log, member)
) WITH (fillfactor = 50)`;
