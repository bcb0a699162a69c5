// What the role of the service may do and what it may not; that it needs no more, every in-process service test shows, which runs as such a role.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { urlOfDatabase, withClient } from '../../../../../tools/postgres/databases.js';
import { ConfigurationError } from '../../core/index.js';
import { appendTo } from '../../testing/contracts/event-store.support.js';
import { powerOverHistory } from '../connections/server-check.js';
import { APPEND_ONLY } from './grants.sql.js';
import { grantRoles, type DatabaseRoles } from './grant-roles.js';

describe('the roles of a database', () => {
  let test: TestStore;
  let app: pg.Client;
  let reader: pg.Client;
  let names: { app: string; reader: string };

  const grant = (roles: DatabaseRoles) =>
    grantRoles((sql, values) => test.dataSource.query(sql, values), roles, 'migrations');
  const connect = async (role: string) => {
    const url = new URL(test.url);
    url.username = encodeURIComponent(role);
    url.password = 'only-for-this-test';
    const client = new pg.Client({ connectionString: url.href });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };

  beforeAll(async () => {
    test = await openTestStore();
    const database = new URL(test.url).pathname.slice(1);
    names = { app: `${database} "app" %s`, reader: `${database}_reader` };
    await test.dataSource.query('CREATE TABLE read_model (id bigserial PRIMARY KEY, text text)');
    for (const role of Object.values(names)) {
      await test.dataSource.query(`CREATE ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD 'only-for-this-test'`);
    }
    await test.store.append(appendTo('account-1'));
    await grant(names);
    await grant(names); // after every migration anew
    app = await connect(names.app);
    reader = await connect(names.reader);
  });

  afterAll(async () => {
    await Promise.all([app.end(), reader.end()]);
    await test.close();
    await withClient(urlOfDatabase(test.url, 'postgres'), async (client) => {
      for (const role of Object.values(names)) await client.query(`DROP ROLE ${pg.escapeIdentifier(role)}`);
    });
  });

  const changes = (table: string) => [
    `DELETE FROM event_store.${table}`,
    `TRUNCATE event_store.${table}`,
    `ALTER TABLE event_store.${table} ADD COLUMN x int`,
    `DROP TABLE event_store.${table}`,
  ];

  it.each([
    ...APPEND_ONLY.flatMap(changes),
    'UPDATE event_store.events SET version = version',
    'UPDATE event_store.seals SET number = number',
    'ALTER TABLE event_store.events DISABLE TRIGGER events_immutable',
    'DROP TRIGGER events_immutable ON event_store.events',
    'CREATE OR REPLACE FUNCTION event_store.refuse_change() RETURNS trigger LANGUAGE sql AS $$ SELECT NULL $$',
    'CREATE TABLE event_store.mine (id int)',
    'CREATE TABLE public.mine (id int)',
    'DROP TABLE read_model',
    `SET session_replication_role = 'replica'`,
    `SELECT setval(pg_get_serial_sequence('event_store.events', 'position'), 1)`,
    `INSERT INTO migrations (timestamp, name) VALUES (1, 'x')`,
    'DELETE FROM migrations',
  ])('refuse the service: %s', async (statement) => {
    await expect(app.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it.each([
    'SELECT * FROM event_store.events, event_store.seals, migrations',
    `INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
     VALUES (gen_random_uuid(), 'account-2', 1, 'a', 1, '{}', '{}')`,
    `INSERT INTO event_store.subscriptions (name, log, log_epoch, position) VALUES ('x', 'events', gen_random_uuid(), 0)`,
    'UPDATE event_store.subscriptions SET position = 1',
    'DELETE FROM event_store.snapshots',
    'UPDATE event_store.idempotency_keys SET command_id = id',
    'DELETE FROM event_store.idempotency_keys',
    `INSERT INTO read_model (text) VALUES ('x')`,
    `UPDATE read_model SET text = 'y'`,
    'DELETE FROM read_model',
    `SELECT pg_sequence_last_value(pg_get_serial_sequence('event_store.events', 'position')::regclass)`,
  ])('let the service: %s', async (statement) => {
    await expect(app.query(statement)).resolves.toBeDefined();
  });

  it.each([0, -1])('refuse the service an event at position %i, where no reader looks', async (position) => {
    const insert = `INSERT INTO event_store.events (position, id, stream, version, type, schema_version, data, metadata)
      OVERRIDING SYSTEM VALUE VALUES (${position}, gen_random_uuid(), 'account-3', 1, 'a', 1, '{}', '{}')`;
    await expect(app.query(insert)).rejects.toMatchObject({ code: '23514', constraint: 'events_position_positive' });
  });

  it('let a reader read, and nothing else', async () => {
    await expect(reader.query('SELECT * FROM event_store.events, read_model')).resolves.toBeDefined();
    for (const statement of ['DELETE FROM read_model', `INSERT INTO read_model (text) VALUES ('x')`]) {
      await expect(reader.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('tell a service that it has more power than it needs', async () => {
    const asRole = (client: pg.Client) =>
      powerOverHistory({ queryOutside: ({ text }: { text: string }) => client.query(text) });
    expect(await asRole(app)).toBeUndefined();
    expect(await powerOverHistory(test.database)).toMatch(/^Role postgres is a superuser$/);
    await test.dataSource.query(`GRANT UPDATE ON event_store.events TO ${pg.escapeIdentifier(names.app)}`);
    expect(await asRole(app)).toContain('may change events');
    await grant(names);
    expect(await asRole(app)).toBeUndefined();
  });

  it('may use what a migration makes that does not name them: at once as far as is safe, and all that is theirs after it', async () => {
    const allowed = async (client: pg.Client, ...statements: string[]) => {
      for (const statement of statements) await expect(client.query(statement), statement).resolves.toBeDefined();
    };
    const refused = async (client: pg.Client, ...statements: string[]) => {
      for (const statement of statements)
        await expect(client.query(statement), statement).rejects.toMatchObject({ code: '42501' });
    };
    const read = 'SELECT * FROM later_model, event_store.later_log';
    const [change, add] = ['UPDATE event_store.later_log SET text = id', `INSERT INTO later_model (text) VALUES ('x')`];
    await test.dataSource.query('CREATE TABLE later_model (id bigserial PRIMARY KEY, text text)');
    await test.dataSource.query('CREATE TABLE event_store.later_log (id text, text text)');
    await allowed(app, read, add, 'DELETE FROM later_model', `INSERT INTO event_store.later_log VALUES ('x')`);
    await allowed(reader, read);
    await refused(app, change, ...changes('later_log'), ...changes('events'));
    await grant({});
    await allowed(app, read, add, change, 'DELETE FROM event_store.later_log');
    await allowed(reader, read);
    await refused(app, ...APPEND_ONLY.flatMap(changes), 'UPDATE event_store.events SET version = version');
    await refused(app, 'TRUNCATE event_store.later_log', 'DELETE FROM migrations', 'CREATE TABLE public.mine (id int)');
    await refused(reader, add, change);
  });

  it('have what they were named for last', async () => {
    await grant({ app: names.reader, reader: names.app });
    await grant({});
    await expect(reader.query(`INSERT INTO read_model (text) VALUES ('x')`)).resolves.toBeDefined();
    await expect(app.query('DELETE FROM read_model')).rejects.toMatchObject({ code: '42501' });
    await grant(names);
    await expect(app.query('DELETE FROM read_model')).resolves.toBeDefined();
    await expect(reader.query('DELETE FROM read_model')).rejects.toMatchObject({ code: '42501' });
  });

  it('are refused where there are none, or where nothing could be denied', async () => {
    await expect(grant({ app: 'nobody' })).rejects.toThrow(
      /There is no role nobody to grant to\. .*CREATE ROLE "nobody"/,
    );
    await expect(grant({ app: 'nobody' })).rejects.toThrow(ConfigurationError);
    await expect(grant({ app: 'postgres' })).rejects.toThrow(/owns the schema or is a superuser/);
  });
});
