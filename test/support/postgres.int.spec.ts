// What the other database tests stand on.
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { type TestDatabase, createTestDatabase } from './postgres.js';

describe('createTestDatabase', () => {
  const made: TestDatabase[] = [];
  const open = async (): Promise<pg.Client> => {
    const database = await createTestDatabase();
    made.push(database);
    const client = new pg.Client(database.url);
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  afterAll(() => Promise.all(made.map((database) => database.drop())));

  it('gives every caller an empty database of its own on PostgreSQL 15 or later', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    await one.query('CREATE TABLE only_here (n int)');
    const { rows } = await other.query(
      `SELECT to_regclass('only_here') AS found, current_setting('server_version_num')::int AS v`,
    );
    expect(rows).toEqual([{ found: null, v: expect.any(Number) as number }]);
    expect((rows[0] as { v: number }).v).toBeGreaterThanOrEqual(150_000);
    await Promise.all([one.end(), other.end()]);
  });

  it('drops a database that still has a connection and a prepared transaction', async () => {
    const client = await open();
    await client.query('CREATE TABLE t (n int)');
    await client.query('BEGIN');
    await client.query('INSERT INTO t VALUES (1)');
    await client.query(`PREPARE TRANSACTION 'left-behind'`);
    const { url, drop } = made.at(-1)!;
    await drop();
    await drop();
    await expect(new pg.Client(url).connect()).rejects.toThrow(/does not exist/);
  });
});
