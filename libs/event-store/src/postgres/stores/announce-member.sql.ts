// A member says that it is there, and hears who else is.

/** All three parts see the table as it was before, so the answer leaves the member itself out, and what is deleted is what the answer leaves out. */
export const announceMember = {
  name: 'member-announce',
  text: `
WITH here AS (
  INSERT INTO event_store.subscription_members (name, log, member, alive_until)
  VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 millisecond')
  ON CONFLICT (name, log, member) DO UPDATE SET alive_until = excluded.alive_until
), silent AS (
  DELETE FROM event_store.subscription_members
   WHERE name = $1 AND log = $2 AND member <> $3 AND alive_until <= statement_timestamp()
)
SELECT member FROM event_store.subscription_members
 WHERE name = $1 AND log = $2 AND member <> $3 AND alive_until > statement_timestamp()`,
};
