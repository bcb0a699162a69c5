// Gives the roles of a database what they need and no more.
import pg from 'pg';
import { ConfigurationError } from '../../core/index.js';
import { appGrants, grantedRoles, operatorGrants, readerGrants } from './grants.sql.js';

export interface DatabaseRoles {
  /** As whom the service runs: reads, adds events, keeps its read models; never changes an event or the schema. */
  readonly app?: string;
  /** For people and dashboards. */
  readonly reader?: string;
  /** For those who replay and discard what is set aside, pause read models and compensate processes. */
  readonly operator?: string;
}

/** As TypeORM's DataSource and query runner have it, and pg's client nearly. */
export type RunSql = (sql: string, values?: unknown[]) => Promise<unknown>;

/**
 * Run by the owner of the schema after the migrations; safe to repeat. Roles that were named the last time get theirs anew also where they are not
 * named: tables may have come. The roles themselves are made by who administers the server.
 * @throws ConfigurationError a role is not there, or is the owner, whom nothing can be denied.
 */
export async function grantRoles(run: RunSql, roles: DatabaseRoles, migrationsTable: string): Promise<void> {
  const list = pg.escapeIdentifier(migrationsTable);
  const grants: Record<keyof DatabaseRoles, (role: string) => string> = {
    reader: readerGrants,
    operator: operatorGrants,
    app: (role) => appGrants(role, list),
  };
  const named = Object.values(roles).filter((role): role is string => role !== undefined);
  for (const role of named) await checkRole(run, role);
  const before = (await run(grantedRoles)) as { role: string; kind: keyof DatabaseRoles }[];
  const kept = before.filter(({ role }) => !named.includes(role));
  for (const kind of ['reader', 'operator', 'app'] as const) {
    const of = [...kept.filter((one) => one.kind === kind).map(({ role }) => role), roles[kind]];
    for (const role of of) if (role !== undefined) await run(grants[kind](pg.escapeIdentifier(role)));
  }
}

async function checkRole(run: RunSql, role: string): Promise<void> {
  const sql = `
    SELECT rolsuper OR pg_has_role(oid, (SELECT relowner FROM pg_class WHERE oid = 'event_store.events'::regclass), 'USAGE') AS owner
      FROM pg_roles WHERE rolname = $1`;
  const rows = (await run(sql, [role])) as { owner: boolean }[];
  if (rows.length === 0) {
    throw new ConfigurationError(
      `There is no role ${role} to grant to. Expected one that can log in: CREATE ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD '…'.`,
    );
  }
  if (rows[0]!.owner) {
    throw new ConfigurationError(
      `Role ${role} owns the schema or is a superuser: nothing can be denied to it. Name another one than that of the migrations.`,
    );
  }
}
