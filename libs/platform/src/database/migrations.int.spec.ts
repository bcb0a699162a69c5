// A service refuses a schema it does not know, and brings one up to date when asked, alone or with others.
import { Client } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/postgres.js';
import type { MigrationClass } from './data-source.js';
import { MIGRATION_LOCK, prepareDatabase, type PrepareOptions } from './migrations.js';

class CreateThings1900000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE things (id int PRIMARY KEY)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE things');
  }
}

class AddName1900000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE things ADD name text');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE things DROP name');
  }
}

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const all = [CreateThings1900000000001, AddName1900000000002];
const prepare = (
  migrate: boolean,
  migrations: readonly MigrationClass[] = all,
  { lockWaitMs, roles }: Pick<PrepareOptions, 'lockWaitMs' | 'roles'> = {},
) =>
  prepareDatabase({
    url: database.url,
    service: 'test',
    migrations,
    migrate,
    lockWaitMs,
    roles,
    onConnectionLost: () => undefined,
  });

describe('a schema', () => {
  it('is refused with the names of what it lacks, untouched', async () => {
    await expect(prepare(false)).rejects.toThrow(
      /CreateThings1900000000001, AddName1900000000002\. Run the service once with --migrate/,
    );
    await expect(prepare(false)).rejects.toThrow(/CreateEventStore/);
  });

  it('is brought up to date once, the event store first, and then accepted', async () => {
    const ran = await prepare(true, [CreateThings1900000000001]);
    expect(ran[0]).toMatch(/^CreateEventStore/);
    expect(ran.at(-1)).toBe('CreateThings1900000000001');
    await expect(prepare(false)).rejects.toThrow(/lacks 1 migration\(s\): AddName1900000000002\./);
    expect(await prepare(true)).toEqual(['AddName1900000000002']);
    expect(await prepare(true)).toEqual([]);
    expect(await prepare(false)).toEqual([]);
  });

  it('is migrated by one of several that start together', async () => {
    const ran = await Promise.all([prepare(true), prepare(true), prepare(true)]);
    expect(ran.filter((names) => names.length > 0)).toHaveLength(1);
  });

  it('is waited for while another process migrates it, and not for ever', async () => {
    const other = new Client({ connectionString: database.url });
    await other.connect();
    try {
      await other.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await expect(prepare(true, undefined, { lockWaitMs: 200 })).rejects.toThrow(
        /Another process has been migrating .* 200 ms/,
      );
      await expect(prepare(false)).rejects.toThrow(/lacks/);
    } finally {
      await other.end();
    }
    expect((await prepare(true, undefined, { lockWaitMs: 5_000 })).length).toBeGreaterThan(0);
  });
});

describe('the tables of a migration', () => {
  class CreateMore1900000000003 implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      await runner.query('CREATE TABLE more (id int PRIMARY KEY)');
    }
    async down(runner: QueryRunner): Promise<void> {
      await runner.query('DROP TABLE more');
    }
  }

  it('are open to the roles that an earlier one named, no further than theirs are', async () => {
    const app = `${new URL(database.url).pathname.slice(1)}_app`;
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    try {
      await owner.query(`CREATE ROLE ${app}`);
      await prepare(true, all, { roles: { app } });
      await prepare(true, [...all, CreateMore1900000000003]);
      const may = async (privilege: string, table: string) =>
        (await owner.query<{ may: boolean }>('SELECT has_table_privilege($1, $2, $3) AS may', [app, table, privilege]))
          .rows[0]!.may;
      for (const privilege of ['SELECT', 'INSERT', 'UPDATE', 'DELETE']) {
        expect([privilege, await may(privilege, 'more')]).toEqual([privilege, true]);
      }
      expect(await may('TRUNCATE', 'more')).toBe(false);
      expect(await may('UPDATE', 'event_store.events')).toBe(false);
    } finally {
      await owner.query(`DROP OWNED BY ${app}`);
      await owner.query(`DROP ROLE ${app}`);
      await owner.end();
    }
  });
});

describe('a database that cannot be used', () => {
  const waited: string[] = [];
  const unreachable = (url: string) =>
    prepareDatabase({
      url,
      service: 'test',
      migrations: [],
      migrate: false,
      patienceMs: 300,
      onConnectionLost: () => undefined,
      onWaiting: (sentence) => waited.push(sentence),
    });

  it('is named after a while of patience, without the password', async () => {
    const error = await unreachable('postgres://app:hunter2@127.0.0.1:1/orders').catch(
      (reason: unknown) => reason as Error,
    );
    expect(String(error)).toMatch(/DATABASE_URL: cannot use orders on 127\.0\.0\.1:1: /);
    expect(String(error)).not.toContain('hunter2');
    expect(waited).toEqual([expect.stringMatching(/cannot use orders on .*; waiting up to 300 ms for it\./)]);
    expect(waited[0]).not.toContain('hunter2');
  });

  it('is named at once when it does not exist', async () => {
    const url = new URL(database.url);
    url.pathname = '/nowhere';
    await expect(unreachable(url.toString())).rejects.toThrow(/cannot use nowhere on .* does not exist/);
  });
});
