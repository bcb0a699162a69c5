// What one unit of work sends, in which order, and what of it counts when BEGIN is refused.
import pg from 'pg';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { UnavailableError, UnitOfWorkClosedError, UnitOfWorkRolledBackError } from '../../core/index.js';
import { appendTo, newStream } from '../../testing/contracts/event-store.support.js';

describe('a unit of work', () => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await openTestStore({ poolSize: 1 }); // whatever stays behind on a connection meets the next unit
    await opened.dataSource.query('CREATE TABLE counter (n int NOT NULL); INSERT INTO counter VALUES (0)');
  });
  afterAll(() => opened.close());
  beforeEach(() => opened.dataSource.query('UPDATE counter SET n = 0'));

  const onlyClient = () => {
    const { _clients: clients } = (opened.dataSource.driver as unknown as { master: { _clients: pg.Client[] } }).master;
    return clients[0]!;
  };
  const rawOf = async (db: EntityManager) => (await db.queryRunner!.connect()) as pg.ClientBase;
  const count = (db: EntityManager) => db.query('UPDATE counter SET n = n + 1');
  const counted = async () => (await opened.dataSource.query<[{ n: number }]>('SELECT n FROM counter'))[0].n;

  /** Cursors and streams are such queries too. */
  const answerTo = async (query: pg.Query, db: EntityManager): Promise<unknown[]> => {
    const raw = await rawOf(db);
    return new Promise((resolve, reject) => {
      query.on('end', ({ rows }) => resolve(rows));
      query.on('error', reject);
      raw.query(query);
    });
  };

  describe('that the server does not let begin', () => {
    const set = (n: number) => ['UPDATE counter SET n = $1', [n]] as const;
    /** The server answers BEGIN with an error, and the connection lives on. */
    const broken = async () => {
      await opened.unitOfWork.run(({ db }) => db.query(...set(0)));
      const { connection } = onlyClient() as unknown as { connection: { parse(query: { text: string }): void } };
      const { parse } = connection;
      const spy = vi.spyOn(connection, 'parse').mockImplementation(function (this: unknown, query) {
        parse.call(this, { ...query, text: query.text.replace('START TRANSACTION', 'START NOTHING') });
      });
      return () => spy.mockRestore();
    };

    it.each<[string, (db: EntityManager) => Promise<unknown>]>([
      ['without values', (db) => count(db)],
      ['with values', (db) => db.query(...set(5))],
      ['behind one whose error was swallowed', (db) => db.query(...set(5)).catch(() => count(db))],
      ['behind one whose error was swallowed, both without values', (db) => count(db).catch(() => count(db))],
      ['beside another', (db) => Promise.all([db.query(...set(5)), db.query(...set(6))])],
      ['beside another without values', (db) => Promise.all([count(db), db.query(...set(6))])],
      [
        'by a query that is its own answer beside another',
        async (db) => Promise.all([db.query(...set(5)), answerTo(new pg.Query('UPDATE counter SET n = 7'), db)]),
      ],
      [
        'by a callback beside another',
        async (db) => {
          const raw = await rawOf(db);
          const told = new Promise((resolve, reject) =>
            raw.query('UPDATE counter SET n = 8', (error) => (error ? reject(error) : resolve(undefined))),
          );
          await Promise.all([db.query(...set(5)), told]);
        },
      ],
      [
        'nor by a change behind one that nobody awaits',
        async (db) => {
          void count(db).catch(() => undefined);
          await opened.database.change({ text: 'UPDATE counter SET n = $1', values: [9] });
        },
      ],
      [
        'nor by a change behind one with values that nobody awaits',
        async (db) => {
          void db.query(...set(5)).catch(() => undefined);
          await Promise.resolve().then(() => undefined);
          await opened.database.change({ text: 'UPDATE counter SET n = $1', values: [9] });
        },
      ],
    ])('nothing is written, %s', async (_, work) => {
      const mend = await broken();
      const run = opened.unitOfWork.run(({ db }) => work(db));
      await expect(run).rejects.toThrow('syntax error');
      mend();
      expect(await counted()).toBe(0);
      await opened.unitOfWork.run(({ db }) => count(db));
      expect(await counted()).toBe(1);
    });
  });

  describe('whose first statement has not been answered', () => {
    it('takes the others in the order of their calls', async () => {
      await opened.dataSource.query('CREATE TABLE lines (n int NOT NULL); INSERT INTO lines VALUES (0)');
      await opened.unitOfWork.run(({ db }) =>
        Promise.all([db.query('DELETE FROM lines'), db.query('INSERT INTO lines VALUES ($1)', [1])]),
      );
      await opened.unitOfWork.run(({ db }) =>
        Promise.all([
          db.query('INSERT INTO lines VALUES ($1)', [2]),
          db.query('DELETE FROM lines WHERE n = 2'),
          db.query('INSERT INTO lines VALUES ($1)', [3]),
        ]),
      );
      expect(await opened.dataSource.query('SELECT n FROM lines ORDER BY n')).toEqual([{ n: 1 }, { n: 3 }]);
    });

    it.each<[string, (db: EntityManager) => Promise<unknown>]>([
      ['without values', (db) => count(db)],
      ['with values', (db) => db.query('UPDATE counter SET n = n + $1', [1])],
    ])('has what it was asked for and did not await, %s', async (_, first) => {
      await opened.unitOfWork.run(({ db }) => {
        void first(db);
        return Promise.resolve();
      });
      expect(await counted()).toBe(1);
    });

    it('answers each in its own way', async () => {
      const found = await opened.unitOfWork.run(async ({ db }) => {
        const raw = await rawOf(db);
        const own = answerTo(new pg.Query('SELECT n FROM counter'), db);
        const told = new Promise((resolve) =>
          raw.query('SELECT n + $1::int AS n FROM counter', [1], (_error, { rows }) => resolve(rows)),
        );
        return [await own, await told];
      });
      expect(found).toEqual([[{ n: 0 }], [{ n: 1 }]]);
    });

    it('is rolled back though a callback throws at being told that the unit has ended', async () => {
      const thrown: unknown[] = [];
      const heard = (error: unknown) => void thrown.push(error);
      const others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException').on('uncaughtException', heard);
      try {
        const run = opened.unitOfWork.run(async ({ db }) => {
          const raw = await rawOf(db);
          void db.query('UPDATE counter SET n = n + $1', [1]).catch(() => undefined);
          raw.query('SELECT 1', (error) => {
            if (error) throw error;
          });
          throw new Error('the work failed');
        });
        await expect(run).rejects.toThrow('the work failed');
        await opened.unitOfWork.run(({ db }) => db.query('SELECT 1'));
        expect(await counted()).toBe(0);
        expect(thrown).toMatchObject([{ code: new UnitOfWorkClosedError().code }]); // it is the caller's own
      } finally {
        process.removeAllListeners('uncaughtException');
        for (const other of others) process.on('uncaughtException', other);
      }
    });

    it('refuses what the driver would refuse, and goes on with the others', async () => {
      await opened.unitOfWork.run(async ({ db }) => {
        const raw = await rawOf(db);
        const add = () => db.query('UPDATE counter SET n = n + $1', [1]);
        const first = add();
        const odd = { text: 'SELECT 1', callback: 'no function' };
        expect(() => (raw.query as (query: object) => unknown)(odd)).toThrow(TypeError);
        await Promise.all([first, add()]);
      });
      expect(await counted()).toBe(2);
    });

    it('sends what it was called with, whatever becomes of the object', async () => {
      class Query {
        values = [1];
        get text() {
          return 'UPDATE counter SET n = n + $1::int';
        }
      }
      await opened.unitOfWork.run(async ({ db }) => {
        const raw = await rawOf(db);
        const query = new Query();
        const first = raw.query(query);
        const second = raw.query(query);
        query.values = [10];
        await Promise.all([first, second]);
      });
      expect(await counted()).toBe(2);
    });
  });

  describe('whose statement does not answer in time', () => {
    const limits = (client: pg.Client) =>
      (client as unknown as { connectionParameters: { query_timeout: number } }).connectionParameters;

    it('has lost its connection, also where the error is swallowed', async () => {
      const client = onlyClient();
      limits(client).query_timeout = 50;
      const run = opened.unitOfWork.run(async ({ db }) => {
        await db.query('SELECT pg_sleep($1)', [0.3]).catch(() => (limits(client).query_timeout = 5_000));
        await count(db);
      });
      await expect(run).rejects.toBeInstanceOf(UnavailableError);
      expect(await counted()).toBe(0);
      expect(onlyClient()).not.toBe(client);
    });

    it('goes by the limit of the statement where that has one', async () => {
      const run = opened.unitOfWork.run(async ({ db }) => {
        const slow = { text: 'SELECT pg_sleep($1)', values: [20], query_timeout: 50 };
        await (await rawOf(db)).query(slow);
      });
      await expect(run).rejects.toThrow('Query read timeout');
    });
  });

  describe('on a connection whose prepared statements have been deallocated', () => {
    const append = () => opened.store.append(appendTo(newStream()));
    const deallocated = async () => {
      await opened.unitOfWork.run(append).catch(() => undefined); // what an earlier test has left
      await opened.unitOfWork.run(({ db }) => append().then(() => count(db)));
      await opened.dataSource.query('DEALLOCATE ALL');
    };

    it('does not notice where it sends none', async () => {
      await deallocated();
      for (let unit = 0; unit < 2; unit += 1)
        await opened.unitOfWork.run(({ db }) => db.query('UPDATE counter SET n = n + $1', [1]));
      expect(await counted()).toBe(3);
    });

    it.each<[string, () => Promise<unknown>, new (...args: never[]) => Error]>([
      ['thrown', append, UnavailableError],
      ['swallowed', () => append().catch(() => undefined), UnitOfWorkRolledBackError],
    ])('fails once, where the error is %s, and the next has another connection', async (_, work, error) => {
      await deallocated();
      await expect(opened.unitOfWork.run(work)).rejects.toBeInstanceOf(error);
      await opened.unitOfWork.run(work);
      expect(await counted()).toBe(1);
    });
  });
});
