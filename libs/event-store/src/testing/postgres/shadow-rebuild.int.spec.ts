// I8 on real tables: a read model that was kept properly equals its rebuild, and every tampering is found.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { DataSource, type EntityManager } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { Event, type EventContext } from '../../core/index.js';
import { Projection } from '../../nest/decorators/projection.decorator.js';
import { dataSourceConnection } from '../../postgres/index.js';
import { On } from '../../subscriptions/index.js';
import { checkReplay } from '../invariants/index.js';
import { shadowRebuild } from './shadow-rebuild.js';

@Event('account.opened')
class Opened {
  constructor(readonly owner: string) {}
}
@Event('account.deposited')
class Deposited {
  constructor(readonly amountMinor: number) {}
}

@Projection('balance', { version: 1 })
class BalanceProjection {
  private readonly start = 0;

  @On(Opened)
  async opened({ owner }: Opened, { stream, time }: EventContext, db: EntityManager): Promise<void> {
    await db.query('INSERT INTO balance (id, owner, minor, "changedAt") VALUES ($1, $2, $3, $4)', [
      stream.id,
      owner,
      this.start,
      time,
    ]);
  }

  @On(Deposited)
  async deposited({ amountMinor }: Deposited, { stream, time }: EventContext, db: EntityManager): Promise<void> {
    await db.query('UPDATE balance SET minor = minor + $2, "changedAt" = $3 WHERE id = $1', [
      stream.id,
      amountMinor,
      time,
    ]);
  }
}

let test: TestStore;
let dataSource: DataSource;
const [ann, bob] = [randomUUID(), randomUUID()];
beforeAll(async () => {
  test = await openTestStore();
  dataSource = await new DataSource(dataSourceConnection({ url: test.url, applicationName: 'shadow' })).initialize();
  await dataSource.query(
    'CREATE TABLE balance (id uuid PRIMARY KEY, owner text UNIQUE, minor bigint NOT NULL, "changedAt" timestamptz, note jsonb)',
  );
  await append(ann, 'account.opened', { owner: 'Ann' });
  await append(bob, 'account.opened', { owner: 'Bob' });
  await deposit(598);
  // Event 602 must have another time than event 600: a quick machine appends several within one millisecond.
  await setTimeout(5);
  await deposit(2);
  await append(bob, 'account.closed', {});
  // What the projection would have written by position 600: two rows, and 598 deposits.
  await dataSource.query(
    `INSERT INTO balance SELECT $1, 'Ann', 598 * 7, occurred_at FROM event_store.events WHERE position = 600`,
    [ann],
  );
  await dataSource.query(
    `INSERT INTO balance SELECT $1, 'Bob', 0, occurred_at FROM event_store.events WHERE position = 2`,
    [bob],
  );
  await dataSource.query(
    `INSERT INTO event_store.subscriptions (name, log, log_epoch, position) VALUES ('balance@v1', 'events', 'e', 600)`,
  );
});
afterAll(async () => {
  await dataSource.destroy();
  await test.close();
});

const append = (account: string, type: string, data: object) =>
  test.store.append({
    stream: `account-${account}`,
    expected: 'any',
    events: [{ id: randomUUID(), type, schemaVersion: 1, data, metadata: { correlationId: 'c' } }],
  });
const deposit = async (times: number) => {
  for (let done = 0; done < times; done += 1) await append(ann, 'account.deposited', { amountMinor: 7 });
};
const rebuild = () =>
  shadowRebuild({ service: 'bank', dataSource, projection: new BalanceProjection(), tables: ['balance'] });
const found = async () => checkReplay([await rebuild()]).map(({ sentence }) => sentence);
/** Undone at once: the tests do not depend on each other. */
const foundAfter = async (sql: string, undo: string) => {
  await dataSource.query(sql);
  const sentences = await found();
  await dataSource.query(undo);
  return sentences;
};

it('I8 finds nothing in a read model that is what its events give, up to its checkpoint, and leaves it as it was', async () => {
  const before = await dataSource.query('SELECT * FROM balance ORDER BY owner');
  const copies = await rebuild();
  expect(checkReplay([copies])).toEqual([]);
  expect([copies.readModel, copies.position, copies.live.length, copies.rebuilt.length]).toEqual([
    'balance@v1',
    600n,
    2,
    2,
  ]);
  expect(await dataSource.query('SELECT * FROM balance ORDER BY owner')).toEqual(before);
  expect(await found()).toEqual([]);
});

it('I8 finds an effect that was applied twice, a row that vanished, and one that nothing explains', async () => {
  expect(await foundAfter('UPDATE balance SET minor = minor + 7', 'UPDATE balance SET minor = minor - 7')).toEqual(
    expect.arrayContaining([
      `I8: bank: balance@v1 at position 600: row balance "${ann}" differs from a rebuild in minor.`,
    ]),
  );
  expect(
    await foundAfter(
      `CREATE TABLE kept AS SELECT * FROM balance WHERE owner = 'Bob'; DELETE FROM balance WHERE owner = 'Bob'`,
      'INSERT INTO balance SELECT * FROM kept',
    ),
  ).toEqual([`I8: bank: balance@v1 at position 600: row balance "${bob}" is missing; a rebuild has it.`]);
  const stray = randomUUID();
  expect(
    await foundAfter(`INSERT INTO balance VALUES ('${stray}', 'Eve', 1)`, `DELETE FROM balance WHERE owner = 'Eve'`),
  ).toEqual([`I8: bank: balance@v1 at position 600: row balance "${stray}" is served; a rebuild does not have it.`]);
  expect(await found()).toEqual([]);
});

it('I8 leaves out what the projection has set aside, as the live read model does', async () => {
  await dataSource.query(`
    UPDATE balance SET minor = minor - 7 WHERE owner = 'Ann';
    INSERT INTO event_store.parked_messages (subscription, log, position, message_id, type, key, status, reason)
    VALUES ('balance@v1', 'events', 77, 'm', 'account.deposited', 'k', 'parked', 'no')`);
  expect(await found()).toEqual([]);
});

it('I8 finds a checkpoint that has moved past an effect', async () => {
  await dataSource.query(`UPDATE event_store.subscriptions SET position = 602 WHERE name = 'balance@v1'`);
  expect(await found()).toEqual([
    `I8: bank: balance@v1 at position 602: row balance "${ann}" differs from a rebuild in changedAt, minor.`,
  ]);
});
