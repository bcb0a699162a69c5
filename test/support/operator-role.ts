// A database with a role of operators, and a context opened with its URL, as `npm run es` opens it.
import pg from 'pg';
import { openTestStore, type TestStore } from './event-store-database.js';
import { urlOfDatabase, withClient } from '../../tools/postgres/databases.js';
import { examine } from '../../libs/event-store/src/operations/index.js';
import { appendTo } from '../../libs/event-store/src/testing/contracts/event-store.support.js';
import { eventStoreMigrations } from '../../libs/event-store/src/postgres/migrations/index.js';
import { openContext, type OpenContext } from '../../libs/event-store/src/postgres/operations/index.js';
import { grantRoles, type DatabaseRoles } from '../../libs/event-store/src/postgres/roles/grant-roles.js';

export interface OperatorSubject {
  readonly test: TestStore;
  /** Its name is `lab-service`. */
  readonly context: OpenContext;
  /** A connection of the role. */
  readonly operator: pg.Client;
  readonly role: string;
  asOwner(text: string, values?: unknown[]): Promise<unknown[]>;
  grant(roles: DatabaseRoles): Promise<void>;
  close(): Promise<void>;
}

export async function openOperator(): Promise<OperatorSubject> {
  const test = await openTestStore();
  const role = `${new URL(test.url).pathname.slice(1)}_operator`;
  const asOwner = (text: string, values: unknown[] = []) => test.dataSource.query<unknown[]>(text, values);
  const grant = (roles: DatabaseRoles) =>
    grantRoles((sql, values) => test.dataSource.query(sql, values), roles, 'migrations');
  await asOwner(`CREATE ROLE ${role} LOGIN PASSWORD 'only-for-this-test'`);
  await asOwner('CREATE TABLE read_model (id bigserial PRIMARY KEY, text text)');
  await test.store.append(appendTo('account-1'));
  await grant({ operator: role });
  await grant({}); // it is remembered as what it was
  const url = new URL(test.url);
  url.username = role;
  url.password = 'only-for-this-test';
  const operator = new pg.Client({ connectionString: url.href });
  operator.on('error', () => undefined);
  await operator.connect();
  const migrations = { names: eventStoreMigrations.map(({ name }) => name), table: 'migrations' };
  const open = (at: string) => openContext({ name: 'lab-service', url: at, migrations });
  const before = await open(test.url); // a service has run here: the life of the log has begun
  await examine(before);
  await before.close();
  const context = await open(url.href);
  const close = async () => {
    await context.close();
    await operator.end();
    await test.close();
    await withClient(urlOfDatabase(test.url, 'postgres'), async (client) => {
      await client.query(`DROP ROLE ${role}`);
    });
  };
  return { test, context, operator, role, asOwner, grant, close };
}
