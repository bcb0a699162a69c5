// A handler that was given up on goes on running. Nothing it still does may reach the database outside its unit of work.
import pg from 'pg';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { DeadlineExceededError, systemClock, UnitOfWorkClosedError } from '../../core/index.js';
import { callWithin } from '../../subscriptions/call.js';
import { appendTo, newStream } from '../../testing/contracts/event-store.support.js';

describe('the connection of a unit of work', () => {
  let opened: TestStore;
  let late: Promise<unknown>;
  beforeAll(async () => {
    opened = await openTestStore({ poolSize: 1 }); // whatever stays behind on a connection meets the next unit
    await opened.dataSource.query('CREATE TABLE counter (n int NOT NULL); INSERT INTO counter VALUES (0)');
  });
  afterAll(() => opened.close());
  beforeEach(() => opened.dataSource.query('UPDATE counter SET n = 0'));

  const count = (db: EntityManager) => db.query('UPDATE counter SET n = n + 1');
  const counted = async () => (await opened.dataSource.query<[{ n: number }]>('SELECT n FROM counter'))[0].n;
  const sleep = (db: EntityManager, seconds = 0.3) => db.query('SELECT pg_sleep($1)', [seconds]);

  /** As the delivery of a subscription calls a handler; `late` becomes what the handler itself came to. */
  const givenUpOn = (handler: (db: EntityManager) => Promise<unknown>): Promise<unknown> =>
    opened.unitOfWork.run(({ db }) =>
      callWithin(
        () => {
          late = handler(db).catch((error: unknown) => error);
          return late;
        },
        { clock: systemClock, what: 'the handler', deadlineMs: 100 },
      ),
    );

  it.each<[string, (db: EntityManager) => Promise<unknown>]>([
    ['after a statement', (db) => sleep(db).then(() => count(db))],
    ['inside a savepoint of its own', (db) => db.transaction((inner) => sleep(inner).then(() => count(inner)))],
    ['behind a savepoint of its own', (db) => db.transaction(sleep).catch(() => count(db))],
    [
      'by a raw connection',
      (db) =>
        sleep(db).then(async () => {
          const raw = (await db.queryRunner!.connect()) as pg.ClientBase;
          return raw.query('UPDATE counter SET n = 9');
        }),
    ],
    ['that was begun before the end', (db) => Promise.all([sleep(db), count(db)]).then(() => count(db))],
  ])('refuses a write that comes late, %s', async (_, handler) => {
    await expect(givenUpOn(handler)).rejects.toBeInstanceOf(DeadlineExceededError);
    expect(String(await late)).toContain('belongs to a unit of work that has ended');
    expect(await counted()).toBe(0);
  });

  it('refuses a store call whose turn comes late', async () => {
    const stream = newStream();
    const query = (text: string) => opened.database.query({ text });
    const run = givenUpOn(() => {
      const first = query('SELECT pg_sleep(0.3)');
      return Promise.all([first, query('UPDATE counter SET n = n + 1'), opened.store.append(appendTo(stream))]);
    });
    await expect(run).rejects.toBeInstanceOf(DeadlineExceededError);
    expect(await late).toBeInstanceOf(UnitOfWorkClosedError);
    expect([await counted(), await opened.store.streamVersion(stream)]).toEqual([0, 0]);
  });

  it('refuses what a unit that commits has not awaited', async () => {
    await opened.unitOfWork.run(async ({ db }) => {
      await count(db);
      late = sleep(db)
        .then(() => count(db))
        .catch((error: unknown) => error);
    });
    expect(String(await late)).toContain('has ended');
    expect(await counted()).toBe(1);
  });

  it('cuts off a statement that runs on, and has a connection for the next unit', async () => {
    const started = performance.now();
    await expect(givenUpOn((db) => count(db).then(() => sleep(db, 20)))).rejects.toBeInstanceOf(DeadlineExceededError);
    expect(await opened.unitOfWork.run(({ db }) => db.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await late).toBeInstanceOf(Error);
    expect(await counted()).toBe(0);
  });
});
