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
  /** Each in a unit of its own: the lists side by side, each in its order, up to the first failure. */
  | { readonly kind: 'lists in units of work'; readonly lists: readonly (readonly AppendRequest[])[] }
  /** The second version of balances, see rebuild-lab.ts. */
  | { readonly kind: 'rebuild' };

interface Opened {
  readonly store: PostgresEventStore;
  readonly unitOfWork: PostgresUnitOfWork;
}

async function withStore(url: string, work: (opened: Opened) => Promise<string>): Promise<string> {
  const connection = { url, applicationName: 'failpoint worker' };
  const dataSource = await new DataSource(dataSourceConnection(connection)).initialize();
  const database = new PostgresDatabase({ ...connection, dataSource });
  try {
    return await work({ store: new PostgresEventStore({ database }), unitOfWork: new PostgresUnitOfWork(database) });
  } finally {
    await database.close();
    await dataSource.destroy();
  }
}

async function append({ store, unitOfWork }: Opened, request: AppendRequest, inUnit: boolean): Promise<string> {
  const result = inUnit ? await unitOfWork.run(() => store.append(request)) : await store.append(request);
  return `version ${result.version}`;
}

async function appendLists({ store, unitOfWork }: Opened, lists: readonly (readonly AppendRequest[])[]) {
  const ends = await Promise.allSettled(
    lists.map(async (requests) => {
      for (const request of requests) await unitOfWork.run(() => store.append(request));
    }),
  );
  const failed = ends.filter(({ status }) => status === 'rejected');
  return `${failed.length} failed`;
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

function carryOut(url: string, order: Order): Promise<string> {
  if (order.kind === 'rebuild') return rebuild(url);
  if (order.kind === 'lists in units of work') return withStore(url, (opened) => appendLists(opened, order.lists));
  return withStore(url, (opened) => append(opened, order.request, order.kind !== 'append'));
}

const [, script, url, text] = process.argv;
if (url && text && script === import.meta.filename) {
  const order = JSON.parse(text) as Order;
  console.log(await carryOut(url, order).catch((error: Error) => error.name));
}
