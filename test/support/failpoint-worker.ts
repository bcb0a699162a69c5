// A process of its own, to be ended at a failpoint: does one thing on the database it is given, and says how that went.
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { AppendRequest } from '../../libs/event-store/src/core/index.js';
import { operatedProjection } from '../../libs/event-store/src/nest/operated-projection.js';
import { rebuildProjection } from '../../libs/event-store/src/operations/index.js';
import {
  dataSourceConnection,
  eventStoreMigrations,
  PostgresDatabase,
  PostgresEventStore,
  PostgresUnitOfWork,
} from '../../libs/event-store/src/postgres/index.js';
import { openContext } from '../../libs/event-store/src/postgres/operations/index.js';
import { Balance, BalanceV2, BalanceV2Projection } from './balances.js';

export type Order =
  /** Outside any unit of work. */
  | { readonly kind: 'append'; readonly request: AppendRequest }
  | { readonly kind: 'append in a unit of work'; readonly request: AppendRequest }
  /** The second version of balances, see rebuild-lab.ts. */
  | { readonly kind: 'rebuild' };

async function append(url: string, request: AppendRequest, inUnit: boolean): Promise<string> {
  const connection = { url, applicationName: 'failpoint worker' };
  const dataSource = await new DataSource(dataSourceConnection(connection)).initialize();
  const database = new PostgresDatabase({ ...connection, dataSource });
  const store = new PostgresEventStore({ database });
  try {
    const result = inUnit
      ? await new PostgresUnitOfWork(database).run(() => store.append(request))
      : await store.append(request);
    return `version ${result.version}`;
  } finally {
    await database.close();
    await dataSource.destroy();
  }
}

async function rebuild(url: string): Promise<string> {
  const context = await openContext({
    name: 'bank-service',
    url,
    migrations: { names: eventStoreMigrations.map(({ name }) => name), table: 'migrations' },
    entities: [Balance, BalanceV2],
  });
  try {
    const projection = operatedProjection(BalanceV2Projection);
    const { signal } = new AbortController();
    const inboundTypes = new Set<string>();
    const done = await rebuildProjection(context, {
      projection,
      inboundTypes,
      owner: randomUUID(),
      actor: 'olga',
      signal,
    });
    return done.outcome;
  } finally {
    await context.close();
  }
}

const [, script, url, text] = process.argv;
if (url && text && script === import.meta.filename) {
  const order = JSON.parse(text) as Order;
  const work = order.kind === 'rebuild' ? rebuild(url) : append(url, order.request, order.kind !== 'append');
  console.log(await work.catch((error: Error) => error.name));
}
