// I13 Immutable: nobody but a superuser can change or remove a stored event. That the events are those that were sealed is what `es verify` says.
import { text, type Query } from './query.js';
import { Findings, type Violation } from './violation.js';

/** Reads the catalogue of the service's database, and changes nothing. */
export async function checkImmutable(service: string, query: Query): Promise<Violation[]> {
  const findings = new Findings('I13');
  const guards = await query(
    `SELECT tgname::text AS name FROM pg_trigger
      WHERE tgrelid = 'event_store.events'::regclass AND tgname = 'events_immutable' AND tgenabled IN ('O', 'A')`,
  );
  if (guards.length === 0)
    findings.add('wrong', `${service} has no trigger events_immutable at work: the owner could change events.`);
  const allowed = await query(
    `SELECT rolname::text AS role, string_agg(privilege, ', ') AS privileges
       FROM pg_roles, pg_class, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) privilege
      WHERE pg_class.oid = 'event_store.events'::regclass AND NOT rolsuper AND rolname NOT LIKE 'pg\\_%'
        AND NOT pg_has_role(pg_roles.oid, relowner, 'MEMBER') AND has_table_privilege(pg_roles.oid, pg_class.oid, privilege)
      GROUP BY rolname ORDER BY rolname`,
  );
  for (const row of allowed)
    findings.add('wrong', `${service} grants ${text(row, 'privileges')} on its events to ${text(row, 'role')}.`);
  return findings.found;
}
