// A fresh, empty database for one test file or test, on the server of the run.
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { createDatabase, dropDatabase, urlOfDatabase } from '../../tools/postgres/databases.js';

export interface TestDatabase {
  /** Connection string of a superuser; the database's name is its path. */
  readonly url: string;
  /** Cuts connections that are still open. Safe to repeat. */
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  if (server === '') throw new Error(`This test needs PostgreSQL. ${inject('postgresMissing')}`);
  const name = `test_${randomBytes(8).toString('hex')}`;
  await createDatabase(server, name);
  return { url: urlOfDatabase(server, name), drop: () => dropDatabase(server, name) };
}
