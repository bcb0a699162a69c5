// What a unit of work promises beyond the contract, because PostgreSQL can fail in more ways.
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EntityManager } from 'typeorm';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { InvalidRequestError, MessageContext, UnavailableError, UnitOfWorkRolledBackError } from '../../core/index.js';
import { isInfrastructure } from '../../subscriptions/failure.js';
import { appendTo, newStream } from '../../testing/contracts/event-store.support.js';
import { StatementsTogether } from './statements-together.js';
import { PostgresTransaction } from './transaction.js';

describe('PostgresUnitOfWork', () => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await openTestStore({ poolSize: 3 });
    await opened.dataSource.query('CREATE TABLE balance (id int PRIMARY KEY, amount int NOT NULL)');
    await opened.dataSource.query('INSERT INTO balance SELECT n, 0 FROM generate_series(1, 10) n');
  });
  afterAll(() => opened.close());

  const add = (db: EntityManager, id: number) => db.query('UPDATE balance SET amount = amount + 1 WHERE id = $1', [id]);
  const amount = async (id: number) =>
    (await opened.dataSource.query<[{ amount: number }]>('SELECT amount FROM balance WHERE id = $1', [id]))[0].amount;
  const cut = (db: EntityManager) => db.query('SELECT pg_terminate_backend(pg_backend_pid())');

  it('commits what the EntityManager and the store write together, in READ COMMITTED', async () => {
    const stream = newStream();
    const level = await opened.unitOfWork.run(async (transaction) => {
      expect(transaction).toBeInstanceOf(PostgresTransaction);
      await add(transaction.db, 1);
      await opened.store.append(appendTo(stream));
      return transaction.db.query<unknown>('SHOW transaction_isolation');
    });
    expect(level).toEqual([{ transaction_isolation: 'read committed' }]);
    expect([await amount(1), await opened.store.streamVersion(stream)]).toEqual([1, 1]);
    await expect(
      opened.unitOfWork.run(async ({ db }) => {
        await add(db, 1);
        await opened.store.append(appendTo(stream, { expected: 7 }));
      }),
    ).rejects.toMatchObject({ code: 'ES-1001' });
    expect(await amount(1)).toBe(1);
  });

  it('says that the database is unavailable when the connection it is given has died unnoticed', async () => {
    const { _clients: clients } = (opened.dataSource.driver as unknown as { master: { _clients: pg.Client[] } }).master;
    const timedOut = new Error('Query read timeout');
    const dead = vi.fn<(query: unknown) => unknown>((query) =>
      query instanceof StatementsTogether
        ? query.handleError(timedOut, { submittedNamedStatements: {} } as never)
        : Promise.reject(timedOut),
    );
    const spies = clients.map((client) => vi.spyOn(client, 'query').mockImplementation(dead as never));
    await expect(opened.unitOfWork.run(({ db }) => add(db, 1))).rejects.toBeInstanceOf(UnavailableError);
    expect(dead).toHaveBeenCalled();
    for (const spy of spies) spy.mockRestore();
  });

  it('asks the database for nothing when nothing is done in it', async () => {
    const { _clients: clients } = (opened.dataSource.driver as unknown as { master: { _clients: pg.Client[] } }).master;
    const spies = clients.map((client) => vi.spyOn(client, 'query'));
    await opened.unitOfWork.run(() => Promise.resolve());
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    for (const spy of spies) spy.mockRestore();
  });

  it.each(['thrown', 'swallowed'])(
    'runs the whole unit again after a deadlock whose error was %s [35]',
    async (fate) => {
      const streams = [newStream(), newStream()];
      const before = [await amount(2), await amount(3)];
      let runs = 0;
      const meeting = new Meeting(2);
      const unit = (first: number, second: number, stream: string) =>
        opened.unitOfWork.run(async ({ db }) => {
          runs += 1;
          await opened.store.append(appendTo(stream, { expected: 'no-stream' }));
          await add(db, first);
          await meeting.wait();
          await opened.database
            .query({ text: 'UPDATE balance SET amount = amount + 1 WHERE id = $1', values: [second] })
            .catch((error: unknown) => {
              if (fate === 'thrown') throw error;
            });
        });
      await Promise.all([unit(2, 3, streams[0]!), unit(3, 2, streams[1]!)]);
      expect(runs).toBe(3);
      expect([await amount(2), await amount(3)]).toEqual(before.map((n) => n + 2));
      expect(await Promise.all(streams.map((stream) => opened.store.streamVersion(stream)))).toEqual([1, 1]);
    },
  );

  it('lets a unit that runs again decide and send under the same ids', async () => {
    const context = new MessageContext({ correlationId: 'c', seed: 'cause' });
    const seen: unknown[] = [];
    await MessageContext.run(context, () =>
      opened.unitOfWork.run(async ({ db }) => {
        seen.push([context.nextStep('account-1'), context.nextChildId()]);
        if (seen.length < 3) await db.query(`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40P01'; END $$`);
      }),
    );
    expect(seen).toEqual([seen[0], seen[0], seen[0]]);
    expect(context.nextStep('account-1')).toBe(1);
  });

  it('gives up on a unit that loses every time, with the database error', async () => {
    let runs = 0;
    const losing = opened.unitOfWork.run(({ db }) => {
      runs += 1;
      return db.query(`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = 'serialization_failure'; END $$`);
    });
    await expect(losing).rejects.toMatchObject({ code: '40001' });
    expect(runs).toBe(5);
  });

  it('does not call a unit committed that PostgreSQL has rolled back, because a failed statement was swallowed', async () => {
    const run = opened.unitOfWork.run(async ({ db }) => {
      await add(db, 4);
      await db.query('SELECT 1/0').catch(() => undefined);
    });
    await expect(run).rejects.toBeInstanceOf(UnitOfWorkRolledBackError);
    expect(await amount(4)).toBe(0);
  });

  it('lets user code fail inside a savepoint of its own', async () => {
    await opened.unitOfWork.run(async ({ db }) => {
      await add(db, 5);
      await db.transaction((inner) => inner.query('SELECT 1/0')).catch(() => undefined);
    });
    expect(await amount(5)).toBe(1);
  });

  it.each<[string, (db: EntityManager) => Promise<unknown>]>([
    ['at a query of user code', cut],
    ['at a query of user code that swallowed the error, before the COMMIT', (db) => cut(db).catch(() => undefined)],
    [
      'before an append',
      async (db) => {
        await cut(db).catch(() => undefined);
        await opened.store.append(appendTo(newStream()));
      },
    ],
    [
      'by its idle time-out',
      async (db) => {
        await db.query(`SET LOCAL idle_in_transaction_session_timeout = 20`);
        await opened.database.queryOutside({ text: 'SELECT pg_sleep(0.2)' });
        await add(db, 6);
      },
    ],
  ])('says unavailable when the connection is lost %s, and has connections left afterwards', async (_, lose) => {
    for (let round = 0; round < 4; round += 1) {
      const run = opened.unitOfWork.run(async ({ db }) => {
        await add(db, 6);
        await lose(db);
      });
      await expect(run).rejects.toBeInstanceOf(UnavailableError);
    }
    expect(await opened.unitOfWork.run(({ db }) => db.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
    expect(await amount(6)).toBe(0);
  });

  it.each<[string, string, (db: EntityManager) => Promise<unknown>]>([
    ['with a wrong number of parameters', '08P01', (db) => db.query('SELECT $1::int + $2::int', [1])],
    ['that waits too long for a lock', '55P03', (db) => db.query(`SET LOCAL lock_timeout = 50`).then(() => add(db, 7))],
    [
      'that runs too long',
      '57014',
      (db) => db.query(`SET LOCAL statement_timeout = 50`).then(() => db.query('SELECT pg_sleep(20)')),
    ],
  ])("takes a statement of user code %s for that code's own failure, and no outage", async (_, code, fail) => {
    const holder = opened.dataSource.createQueryRunner();
    await holder.startTransaction();
    await add(holder.manager, 7);
    const error: unknown = await opened.unitOfWork.run(({ db }) => fail(db)).catch((failure: unknown) => failure);
    await holder.rollbackTransaction();
    await holder.release();
    expect(error).toMatchObject({ code });
    expect(isInfrastructure(error)).toBe(false);
  });

  it('says unavailable when a statement of the store itself waits too long for a lock', async () => {
    const request = appendTo(newStream(), { expected: 'no-stream' });
    const holder = opened.dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query('LOCK TABLE event_store.events IN EXCLUSIVE MODE');
    const run = opened.unitOfWork.run(async ({ db }) => {
      await db.query(`SET LOCAL lock_timeout = 50`);
      await opened.store.append(request);
    });
    await expect(run).rejects.toBeInstanceOf(UnavailableError);
    await holder.rollbackTransaction();
    await holder.release();
    expect(await opened.store.append(request)).toMatchObject({ repeated: false });
  });

  it('leaves errors of other calls inside the work as they are', async () => {
    const network = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    await expect(opened.unitOfWork.run(() => Promise.reject(network))).rejects.toBe(network);
  });

  it('takes concurrent store calls inside one unit, without the driver warning of queries side by side', async () => {
    const warnings: string[] = [];
    const listen = ({ message }: Error) => warnings.push(message);
    process.on('warning', listen);
    const streams = Array.from({ length: 5 }, () => newStream());
    await opened.unitOfWork.run(() => Promise.all(streams.map((stream) => opened.store.append(appendTo(stream)))));
    expect(await Promise.all(streams.map((stream) => opened.store.streamVersion(stream)))).toEqual([1, 1, 1, 1, 1]);
    process.off('warning', listen);
    expect(warnings.filter((message) => message.includes('client.query()'))).toEqual([]);
  });

  it('refuses a store of another database inside a unit, whose write would not be part of it', async () => {
    const other = await openTestStore();
    const stream = newStream();
    const run = opened.unitOfWork.run(() => other.store.append(appendTo(stream)));
    await expect(run).rejects.toBeInstanceOf(InvalidRequestError);
    await expect(opened.unitOfWork.run(() => other.unitOfWork.run(() => Promise.resolve()))).rejects.toBeInstanceOf(
      InvalidRequestError,
    );
    expect(await other.store.streamVersion(stream)).toBe(0);
    await other.close();
  });
});

/** Lets its guests go on once all of them have arrived; later ones pass. */
class Meeting {
  private readonly arrived: Promise<void>;
  private arrive = (): void => undefined;

  constructor(private missing: number) {
    this.arrived = new Promise((resolve) => (this.arrive = resolve));
  }

  wait(): Promise<void> {
    this.missing -= 1;
    if (this.missing === 0) this.arrive();
    return this.arrived;
  }
}
