// What the columns of read models hold comes back as it was: whole numbers beyond 2^31, places beyond 2^53, and nothing.
import { DataSource, Entity, LessThan, PrimaryColumn } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSourceConnection } from '@app/event-store';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/postgres.js';
import { MinorUnitsColumn, PositionColumn } from './columns.js';

@Entity('bell')
class Bell {
  @PrimaryColumn('integer')
  id: number;

  @MinorUnitsColumn('price_minor', { nullable: true })
  priceMinor: number | null;

  @MinorUnitsColumn('paid_minor', { default: 0 })
  paidMinor: number;

  @PositionColumn('rung_position')
  rungPosition: bigint;
}

describe('columns of read models', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    const connection = dataSourceConnection({ url: database.url, applicationName: 'columns' });
    source = await new DataSource({ ...connection, entities: [Bell], synchronize: true }).initialize();
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it('give back what they were given, and are found by it', async () => {
    const bells = source.getRepository(Bell);
    await bells.insert({ id: 1, priceMinor: Number.MAX_SAFE_INTEGER, paidMinor: 890, rungPosition: 2n ** 62n });
    await bells.insert({ id: 2, priceMinor: null, rungPosition: 7n });
    expect(await bells.find({ order: { rungPosition: 'DESC' } })).toEqual([
      { id: 1, priceMinor: Number.MAX_SAFE_INTEGER, paidMinor: 890, rungPosition: 2n ** 62n },
      { id: 2, priceMinor: null, paidMinor: 0, rungPosition: 7n },
    ]);
    expect(await bells.countBy({ rungPosition: LessThan(2n ** 62n) })).toBe(1);
    expect(await bells.countBy({ priceMinor: Number.MAX_SAFE_INTEGER })).toBe(1);
  });
});
