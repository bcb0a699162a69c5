// `es forget` on a real database: what it says, what it does, and what it leaves alone.
import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/postgres.js';
import {
  dataSourceConnection,
  eventStoreMigrations,
  PostgresDatabase,
  PostgresEventStore,
  PostgresSnapshotStore,
  PostgresSubjectKeyStore,
  PostgresUnitOfWork,
} from '../../libs/event-store/src/postgres/index.js';
import { processOn, written } from '../../libs/event-store/src/testing/contracts/personal-data.support.js';
import { MIGRATIONS_TABLE } from './contexts.js';
import type { Io } from './io.js';
import { main } from './program.js';

// Whatever contexts this repository has; and nobody waits for seconds.
vi.mock('../contexts/registry.js', () => ({ contexts: () => [] }));
vi.mock('../../libs/event-store/src/privacy/subject-keys.js', async (original) => ({
  ...(await original<object>()),
  KEY_TTL_MS: 1,
}));

describe('es forget', () => {
  let of: TestDatabase;
  let dataSource: DataSource;
  let database: PostgresDatabase;
  let process: ReturnType<typeof processOn>;
  beforeAll(async () => {
    of = await createTestDatabase();
    const connection = { url: of.url, applicationName: 'es-test' };
    dataSource = new DataSource({
      ...dataSourceConnection(connection),
      migrations: eventStoreMigrations,
      migrationsTableName: MIGRATIONS_TABLE,
    });
    await dataSource.initialize();
    await dataSource.runMigrations();
    database = new PostgresDatabase({ ...connection, dataSource });
    const ports = {
      events: new PostgresEventStore({ database }),
      snapshots: new PostgresSnapshotStore(database),
      subjectKeys: PostgresSubjectKeyStore.beside(database),
      unitOfWork: new PostgresUnitOfWork(database),
    };
    process = processOn(ports, randomBytes(32));
  });
  afterAll(async () => {
    await database.close();
    await dataSource.destroy();
    await of.drop();
  });

  async function es(...args: string[]) {
    return esWith({ DATABASE_URL: of.url }, ...args);
  }
  async function esWith(environment: Io['environment'], ...args: string[]) {
    const said = { out: [] as string[], err: [] as string[] };
    const code = await main(args, {
      out: (line) => said.out.push(line),
      note: (line) => said.err.push(line),
      look: { width: 100, color: false },
      environment,
      signal: new AbortController().signal,
    });
    return { code, out: said.out.join('\n'), err: said.err.join('\n') };
  }
  const recorded = async (subject: string) =>
    (
      await database.query({
        text: 'SELECT actor, action, reason FROM event_store.operations_log WHERE subject = $1',
        values: [`subject-${subject}`],
      })
    ).rows;
  const letterOf = async (subject: string) => {
    const stream = `letter-${randomUUID()}`;
    await process.events.append({ stream, expected: 'no-stream', events: [written(subject, 'secret')] });
    return stream;
  };
  const because = ['--reason', 'case 4711', '--actor', 'operator:olga'];

  it('says what it would do, does it, and says so again', async () => {
    const stream = await letterOf('alice');
    const shown = async () => (await es('show', stream)).out;
    expect(await shown()).toContain('$encryptedFor');
    const dry = await es('forget', 'alice', ...because, '--dry-run');
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toMatch(/^Dry run, nothing is changed: test_\w+: alice would be forgotten\.$/);
    expect(await recorded('alice')).toEqual([]);
    const done = await es('forget', 'alice', ...because);
    expect(done.code).toBe(0);
    expect(done.out).toMatch(/: alice is forgotten\.$/);
    expect(await recorded('alice')).toEqual([
      { actor: 'operator:olga', action: 'subject.forget', reason: 'case 4711' },
    ]);
    expect(await shown()).toContain('$erased');
    expect((await es('show', 'subject-alice')).out).toContain('subject.forgotten');
    const again = await es('forget', 'alice', ...because);
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.out).toMatch(/: alice was forgotten /);
    expect(await recorded('alice')).toHaveLength(1);
  });

  it('answers programs in JSON', async () => {
    await letterOf('bob');
    const { code, out } = await es('forget', 'bob', ...because, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      subject: 'bob',
      dryRun: false,
      contexts: [{ outcome: 'forgotten', hadKey: true, snapshots: 0, destroyedAt: expect.any(String) as string }],
    });
  });

  it('destroys a key that is in a database of its own, which has to be named', async () => {
    const apart = await createTestDatabase();
    const keys = PostgresSubjectKeyStore.apart({ url: apart.url, applicationName: 'es-test' });
    try {
      await keys.create('carol', { masterKey: 'm', bytes: randomBytes(60) });
      expect((await es('forget', 'carol', ...because)).code).toBe(1);
      const environment = { DATABASE_URL: of.url, PERSONAL_DATA_KEYS_URL: apart.url };
      expect((await esWith(environment, 'forget', 'carol', ...because)).code).toBe(0);
      expect(await keys.find(['carol'])).toEqual([{ subject: 'carol', destroyedAt: expect.any(Date) as Date }]);
    } finally {
      await keys.close();
      await apart.drop();
    }
  });

  it('does not take a misspelt name for somebody', async () => {
    const { code, out, err } = await es('forget', 'alcie', ...because);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(
      /have no key of alcie, .* PERSONAL_DATA_KEYS_URL names it\. --unknown-too forgets them all the same\.$/,
    );
    expect(await recorded('alcie')).toEqual([]);
    const meant = await es('forget', 'alcie', ...because, '--unknown-too');
    expect(meant.out).toMatch(/: alcie, of whom nothing personal was stored, is forgotten\.$/);
    await expect(letterOf('alcie')).rejects.toThrow('alcie has been forgotten');
  });
});
