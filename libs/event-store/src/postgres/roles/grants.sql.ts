// Who may do what in a context's database. Run by the owner after every migration; safe to repeat.
import { FUNCTIONS_OF_OPERATORS } from '../schema/operator-privileges.sql.js';

/** What is written once and never again: not even the service may change it. */
export const APPEND_ONLY = [
  'events',
  'seals',
  'commands',
  'inbound_messages',
  'outgoing_commands',
  'operations_log',
  'log_epochs',
  'process_keys',
] as const;

/** Tables of a context are in `public`; its list of migrations is the owner's. */
const SCHEMAS = ['event_store', 'public'];

/**
 * `role` is an identifier, quoted already. What an earlier grant gave is taken back first, so that a table that has become append-only is so.
 * SELECT on sequences is what a reader of a log and the check at boot need; drawing from one of the library's is done by the INSERT itself.
 */
export function appGrants(role: string, migrationsTable: string): string {
  const kept = APPEND_ONLY.map((name) => `'${name}'`).join(', ');
  return `
${readerGrants(role)};
GRANT INSERT ON ALL TABLES IN SCHEMA event_store, public TO ${role};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role};
GRANT EXECUTE ON FUNCTION ${FUNCTIONS_OF_OPERATORS} TO ${role};
DO $grant$
DECLARE
  one record;
BEGIN
  FOR one IN SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('event_store', 'public')
              AND NOT (schemaname = 'event_store' AND tablename IN (${kept}))
  LOOP
    EXECUTE format('GRANT UPDATE, DELETE ON %I.%I TO ${role.replaceAll("'", "''").replaceAll('%', '%%')}', one.schemaname, one.tablename);
  END LOOP;
END $grant$;
REVOKE INSERT, UPDATE, DELETE ON ${migrationsTable} FROM ${role};
ALTER DEFAULT PRIVILEGES IN SCHEMA ${SCHEMAS.join(', ')} GRANT INSERT ON TABLES TO ${role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT UPDATE, DELETE ON TABLES TO ${role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO ${role}`;
}

/**
 * For people and dashboards: reads everything, changes nothing. What the owner makes later has the same from the start (default privileges). Of a new
 * table of the library it is not known then whether it is append-only, so that the service may change it only after the grants that follow the migration.
 */
export function readerGrants(role: string): string {
  return `
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA ${SCHEMAS.join(', ')} FROM ${role};
REVOKE ALL ON ALL SEQUENCES IN SCHEMA ${SCHEMAS.join(', ')} FROM ${role};
REVOKE ALL ON FUNCTION ${FUNCTIONS_OF_OPERATORS} FROM ${role};
REVOKE CREATE ON SCHEMA ${SCHEMAS.join(', ')} FROM ${role};
GRANT USAGE ON SCHEMA ${SCHEMAS.join(', ')} TO ${role};
GRANT SELECT ON ALL TABLES IN SCHEMA ${SCHEMAS.join(', ')} TO ${role};
GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${SCHEMAS.join(', ')} TO ${role};
ALTER DEFAULT PRIVILEGES IN SCHEMA ${SCHEMAS.join(', ')} REVOKE ALL ON TABLES FROM ${role};
ALTER DEFAULT PRIVILEGES IN SCHEMA ${SCHEMAS.join(', ')} REVOKE ALL ON SEQUENCES FROM ${role};
ALTER DEFAULT PRIVILEGES IN SCHEMA ${SCHEMAS.join(', ')} GRANT SELECT ON TABLES TO ${role};
ALTER DEFAULT PRIVILEGES IN SCHEMA ${SCHEMAS.join(', ')} GRANT SELECT ON SEQUENCES TO ${role}`;
}

/**
 * For those who run operations: reads everything and writes nothing. What it may change are the functions that it may call, which record it in the same
 * statement: what is set aside, the pauses, and that a process is to compensate. No event, checkpoint or read model.
 */
export function operatorGrants(role: string): string {
  return `
${readerGrants(role)};
GRANT EXECUTE ON FUNCTION ${FUNCTIONS_OF_OPERATORS} TO ${role}`;
}

/** Roles that grants were made to, as the default privileges of whoever asks record them. */
export const grantedRoles = `
SELECT r.rolname AS role,
       CASE WHEN bool_or(a.privilege_type = 'INSERT') THEN 'app'
            WHEN EXISTS (SELECT FROM pg_proc p, aclexplode(p.proacl) g WHERE p.oid = 'event_store.operate_parked'::regproc
                            AND g.grantee = r.oid) THEN 'operator'
            ELSE 'reader' END AS kind
  FROM pg_default_acl d
  JOIN pg_roles o ON o.oid = d.defaclrole AND o.rolname = current_user
 CROSS JOIN LATERAL aclexplode(d.defaclacl) a
  JOIN pg_roles r ON r.oid = a.grantee AND r.oid <> o.oid
 WHERE d.defaclnamespace = 'event_store'::regnamespace AND d.defaclobjtype = 'r'
 GROUP BY r.oid, r.rolname`;
