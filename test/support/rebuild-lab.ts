// A database with accounts and their balances, services that keep a version of the read model, and writers: what specifications of rebuilds begin with.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTestStore } from './event-store-database.js';
import { EventRegistry, systemClock, systemIds } from '../../libs/event-store/src/core/index.js';
import { operatedProjection } from '../../libs/event-store/src/nest/operated-projection.js';
import type { OperatedProjection, RebuildOptions } from '../../libs/event-store/src/operations/index.js';
import { eventStoreMigrations } from '../../libs/event-store/src/postgres/index.js';
import {
  openContext,
  readModelTables,
  type OpenContext,
} from '../../libs/event-store/src/postgres/operations/index.js';
import {
  LiveTail,
  projectionSubscriptions,
  silentLogger,
  SubscriptionRunner,
  type RetryPolicy,
} from '../../libs/event-store/src/subscriptions/index.js';
import { Balance, BALANCE_TABLES, BalanceProjection, BalanceV2, BalanceV2Projection } from './balances.js';

export async function openRebuildLab() {
  const test = await openTestStore();
  for (const statement of BALANCE_TABLES) await test.dataSource.query(statement);
  const open = (): Promise<OpenContext> =>
    openContext({
      name: 'bank-service',
      url: test.url,
      migrations: { names: eventStoreMigrations.map(({ name }) => name), table: 'migrations' },
      entities: [Balance, BalanceV2],
    });
  const context = await open();
  const [v1, v2] = [operatedProjection(BalanceProjection), operatedProjection(BalanceV2Projection)];
  const running = new Set<SubscriptionRunner>();
  return {
    ...test,
    context,
    open,
    v1,
    v2,
    /** As a service of a build with this version runs it. */
    async serve(projection: OperatedProjection, retry?: RetryPolicy): Promise<SubscriptionRunner> {
      await context.versions.begin(projection);
      const registry = new EventRegistry().register(...projection.handlers.keys());
      const inboundTypes = new Set<string>();
      const options = { ...context, registry, settled: context.logs, inboundTypes, by: 'service' } as const;
      const [definition] = projectionSubscriptions(projection, options);
      const tail = new LiveTail(context.logs.events, systemClock);
      const owner = `service-${randomUUID()}`;
      const ids = systemIds;
      const runner = new SubscriptionRunner({
        ...context,
        definition: { ...definition!, ...(retry && { retry }) },
        tail,
        owner,
        ids,
        logger: silentLogger,
        pollMs: 20,
      });
      running.add(runner);
      runner.start();
      return runner;
    },
    order(projection: OperatedProjection) {
      const tables = readModelTables(projection);
      const by = { owner: randomUUID(), actor: 'olga', dryRun: false };
      return { projection, inboundTypes: new Set<string>(), tables, ...by };
    },
    rebuild(projection: OperatedProjection, over: Partial<RebuildOptions> = {}): RebuildOptions {
      const { signal } = new AbortController();
      const inboundTypes = new Set<string>();
      return { projection, inboundTypes, owner: randomUUID(), actor: 'olga', signal, ...over };
    },
    /** Opens accounts with that many events each, in one statement: history that is there before anybody looks. */
    async fill(accounts: number, eventsEach: number): Promise<void> {
      await test.dataSource.query(
        `INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
         SELECT gen_random_uuid(), 'account-' || a, v, CASE WHEN v = 1 THEN 'account.opened' ELSE 'account.deposited' END, 1,
                CASE WHEN v = 1 THEN jsonb_build_object('owner', 'owner ' || a) ELSE jsonb_build_object('amountMinor', a * v) END,
                '{"correlationId": "c"}'
           FROM generate_series(1, $2::int) v CROSS JOIN generate_series(1, $1::int) a ORDER BY v, a`,
        [accounts, eventsEach],
      );
    },
    /** One deposit after the other, up to two hundred a second, until told to stop; resolves with their number. */
    async deposit(accounts: number, signal: AbortSignal): Promise<number> {
      let count = 0;
      for (; !signal.aborted; count += 1) {
        await this.append(`account-${(count % accounts) + 1}`, 'account.deposited');
        await sleep(5); // writers that never rest would only measure who gets the processor
      }
      return count;
    },
    append(stream: string, type: string, data: object = { amountMinor: 7 }) {
      const metadata = { correlationId: 'c' };
      const events = [{ id: randomUUID(), type, schemaVersion: 1, data, metadata }];
      return test.store.append({ stream, expected: 'any', events });
    },
    runners(version: number): SubscriptionRunner[] {
      return [...running].filter((runner) => runner.status().name === `balance@v${version}`);
    },
    async stop(version: number): Promise<void> {
      await Promise.all(this.runners(version).map((runner) => runner.stop()));
    },
    async states(): Promise<string[]> {
      return (await context.versions.list()).map(({ version, state }) => `${version} ${state}`);
    },
    async placeOf(version: number) {
      return (await context.checkpoints.list()).find(({ name }) => name === `balance@v${version}`);
    },
    async close(): Promise<void> {
      await Promise.all([...running].map((runner) => runner.stop()));
      await context.close();
      await test.close();
    },
  };
}

export type RebuildLab = Awaited<ReturnType<typeof openRebuildLab>>;
