// One database of a server that refuses everybody, while the others stay open.
import pg from 'pg';
import { withClient, type EmbeddedPostgres } from '../../tools/postgres/index.js';

/** Whoever is connected is thrown out. */
export async function closeDatabase(postgres: EmbeddedPostgres, name: string): Promise<void> {
  await withClient(postgres.url(), async (admin) => {
    await admin.query(`ALTER DATABASE ${pg.escapeIdentifier(name)} WITH ALLOW_CONNECTIONS false`);
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [name]);
  });
}

export async function openDatabase(postgres: EmbeddedPostgres, name: string): Promise<void> {
  await withClient(postgres.url(), (admin) =>
    admin.query(`ALTER DATABASE ${pg.escapeIdentifier(name)} WITH ALLOW_CONNECTIONS true`),
  );
}
