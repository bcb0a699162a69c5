// Making and removing databases on a server, over one short connection.
import pg from 'pg';

/** Does nothing when it is there already. */
export async function createDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    // template0 takes no connections, so making databases side by side never fails on "accessed by other users".
    await client
      .query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0`)
      .catch((error: { code?: string }) => {
        if (error.code !== '42P04') throw error;
      });
  });
}

/** Also when somebody is connected or has left a prepared transaction behind; does nothing when there is none. */
export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const sql = 'SELECT gid FROM pg_prepared_xacts WHERE database = $1';
    const { rows } = await client.query<{ gid: string }>(sql, [name]);
    if (rows.length > 0) {
      await withClient(urlOfDatabase(adminUrl, name), async (inside) => {
        for (const { gid } of rows) await inside.query(`ROLLBACK PREPARED ${pg.escapeLiteral(gid)}`);
      });
    }
    await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
  });
}

/**
 * Two roles that may log in to the database, with the password of whoever makes them, and do nothing until they are granted something: of the database's name,
 * as whom a service runs, and {@link operatorOf} it, as whom people operate. Nobody else but superusers gets in. Safe to repeat.
 */
export async function createRoles(adminUrl: string, database: string): Promise<void> {
  const [name, operator] = [database, operatorOf(database)].map((role) => pg.escapeIdentifier(role));
  const password = pg.escapeLiteral(decodeURIComponent(new URL(adminUrl).password));
  await withClient(adminUrl, async (client) => {
    for (const role of [name, operator]) {
      await client.query(`CREATE ROLE ${role}`).catch((error: { code?: string }) => {
        if (error.code !== '42710') throw error;
      });
      await client.query(`ALTER ROLE ${role} LOGIN PASSWORD ${password}`);
    }
    await client.query(`GRANT pg_read_all_stats TO ${operator}`); // whose transaction holds something up
    await client.query(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
    await client.query(`GRANT CONNECT ON DATABASE ${name} TO ${name}, ${operator}`);
  });
}

/** `order_operator` for the database `order_service`. */
export function operatorOf(database: string): string {
  return `${database.replace(/_service$/, '')}_operator`;
}

/** Of one of those roles: the same server and password. */
export function urlOfRole(adminUrl: string, database: string, role: string): string {
  const url = new URL(urlOfDatabase(adminUrl, database));
  url.username = role;
  return url.href;
}

/** The same server and user, another database. */
export function urlOfDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(name)}`;
  return other.href;
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // a connection cut while idle must not take the process down
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
