// A read model in three versions, for specifications of rebuilds: the second has a table of its own and one more column, the third cannot take everything.
import { Column, Entity, PrimaryColumn, type EntityManager } from 'typeorm';
import { Event, type EventContext } from '../../libs/event-store/src/core/index.js';
import { Projection } from '../../libs/event-store/src/nest/decorators/projection.decorator.js';
import { On } from '../../libs/event-store/src/subscriptions/index.js';

@Event('account.opened')
export class Opened {
  constructor(readonly owner: string) {}
}
@Event('account.deposited')
export class Deposited {
  constructor(readonly amountMinor: number) {}
}

@Entity('balance')
export class Balance {
  @PrimaryColumn('text')
  id: string;
  @Column('text')
  owner: string;
  @Column('int')
  minor: number;
}

@Entity('balance_v2')
export class BalanceV2 extends Balance {
  @Column('int')
  deposits: number;
}

export const BALANCE_TABLES = [
  'CREATE TABLE balance (id text PRIMARY KEY, owner text NOT NULL, minor int NOT NULL)',
  'CREATE TABLE balance_v2 (id text PRIMARY KEY, owner text NOT NULL, minor int NOT NULL, deposits int NOT NULL)',
];

@Projection('balance', { version: 1, tables: [Balance], streamKey: 'id' })
export class BalanceProjection {
  @On(Opened)
  async opened({ owner }: Opened, { stream: { id } }: EventContext, db: EntityManager): Promise<void> {
    await db.query('INSERT INTO balance (id, owner, minor) VALUES ($1, $2, 0)', [id, owner]);
  }

  @On(Deposited)
  async deposited({ amountMinor }: Deposited, { stream: { id } }: EventContext, db: EntityManager): Promise<void> {
    await db.query('UPDATE balance SET minor = minor + $2 WHERE id = $1', [id, amountMinor]);
  }
}

@Projection('balance', { version: 2, tables: [BalanceV2], streamKey: 'id' })
export class BalanceV2Projection {
  @On(Opened)
  async opened({ owner }: Opened, { stream: { id } }: EventContext, db: EntityManager): Promise<void> {
    await db.query('INSERT INTO balance_v2 (id, owner, minor, deposits) VALUES ($1, $2, 0, 0)', [id, owner]);
  }

  @On(Deposited)
  async deposited({ amountMinor }: Deposited, { stream: { id } }: EventContext, db: EntityManager): Promise<void> {
    await db.query('UPDATE balance_v2 SET minor = minor + $2, deposits = deposits + 1 WHERE id = $1', [
      id,
      amountMinor,
    ]);
  }
}

/** `SELECT … EXCEPT …`, both ways: what the two have not in common. */
export const UNEQUAL_BALANCES = `
  (SELECT id, owner, minor FROM balance EXCEPT ALL SELECT id, owner, minor FROM balance_v2)
  UNION ALL (SELECT id, owner, minor FROM balance_v2 EXCEPT ALL SELECT id, owner, minor FROM balance)`;
