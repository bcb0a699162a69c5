import { Column, DataSource, Entity, PrimaryColumn, PrimaryGeneratedColumn, type EntityManager } from 'typeorm';
import { IsInt, IsString } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../../test/support/postgres.js';
import { Event, type EventContext } from '../../core/index.js';
import { IntegrationEvent } from '../../messaging/index.js';
import { Projection } from '../../nest/decorators/projection.decorator.js';
import { dataSourceConnection } from '../../postgres/index.js';
import { On } from '../../subscriptions/index.js';
import { failureOf } from './failure-of.fixture.js';
import { eventsOf, storedEvent } from './given-events.js';
import { givenProjection } from './given-projection.js';

@Event('jar.opened', { version: 2, upcast: [({ who }) => ({ owner: who })] })
class JarOpened {
  constructor(readonly owner: string) {}
}

@Event('coin.dropped')
class CoinDropped {
  constructor(readonly value: number) {}
}

@Event('jar.sealed')
class JarSealed {}

@IntegrationEvent('bank.coin.paid.v1')
class CoinPaidV1 {
  @IsString() readonly jar: string;
  @IsInt() readonly value: number;

  constructor(jar: string, value: number) {
    this.jar = jar;
    this.value = value;
  }
}

@Entity('jar_row')
class JarRow {
  @PrimaryColumn('text') id: string;
  @Column('text') owner: string;
  @Column('integer') sum: number;
  @Column('integer') version: number;
  @Column('timestamptz') changedAt: Date;
}

@Entity('note_row')
class NoteRow {
  @PrimaryGeneratedColumn() id: number;
  @Column('text') text: string;
}

@Projection('jars', { version: 1 })
class JarProjection {
  @On(JarOpened)
  opened({ owner }: JarOpened, { stream, version, time }: EventContext, db: EntityManager) {
    return db.insert(JarRow, { id: stream.id, owner, sum: 0, version, changedAt: time });
  }

  @On(CoinDropped)
  async dropped({ value }: CoinDropped, { stream, version, time }: EventContext, db: EntityManager) {
    const { sum } = await db.findOneByOrFail(JarRow, { id: stream.id });
    await db.update(JarRow, { id: stream.id }, { sum: sum + value, version, changedAt: time });
  }

  @On(CoinPaidV1)
  async paid({ jar, value }: CoinPaidV1, _context: EventContext, db: EntityManager) {
    await db.increment(JarRow, { id: jar }, 'sum', value);
  }
}

/** Wrong in two ways: what is written depends on the moment and on a sequence. */
@Projection('notes', { version: 1 })
class NoteProjection {
  constructor(private readonly text: () => string = () => 'sealed') {}

  @On(JarSealed)
  sealed(_event: JarSealed, _context: EventContext, db: EntityManager) {
    return db.insert(NoteRow, { text: this.text() });
  }
}

const opened = new JarOpened('alice');

describe('given a projection', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    const connection = dataSourceConnection({ url: database.url, applicationName: 'kit' });
    source = new DataSource({ ...connection, entities: [JarRow, NoteRow], synchronize: true });
    await source.initialize();
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it('passes for the rows its events give, and leaves none behind', async () => {
    await givenProjection(JarProjection).in(source).thenRows(JarRow, []);
    await givenProjection(JarProjection, opened, new CoinDropped(5), new CoinDropped(7))
      .of('1')
      .in(source)
      .thenRows(JarRow, [{ id: '1', owner: 'alice', sum: 12, version: 3 }]);
    expect(await source.manager.find(JarRow)).toEqual([]);
  });

  it('finds each expected row among all, whatever their order', () =>
    givenProjection(JarProjection, eventsOf('jar-2', opened), eventsOf('jar-1', opened, new CoinDropped(1)))
      .in(source)
      .thenRows(JarRow, [{ owner: 'alice' }, { id: '2', sum: 0 }]));

  it('takes an EntityManager, events of older builds, messages of other contexts, and events nobody projects', () =>
    givenProjection(
      new JarProjection(),
      storedEvent('jar.opened', 1, { who: 'bob' }),
      new JarSealed(),
      new CoinPaidV1('7', 3),
    )
      .of('7')
      .in(source.manager)
      .thenRows(JarRow, [{ id: '7', owner: 'bob', sum: 3, changedAt: expect.any(Date) as Date }]));

  describe('a test fails', () => {
    const jars = (...events: object[]) =>
      givenProjection(JarProjection, ...events)
        .of('1')
        .in(source);

    it('when there are more rows, or fewer, or others', async () => {
      expect(await failureOf(() => jars(opened).thenRows(JarRow, []))).toContain('Expected 0 rows, came 1.');
      expect(await failureOf(() => jars().thenRows(JarRow, [{}]))).toContain('Expected 1 rows, came 0.');
      expect(await failureOf(() => jars(opened).thenRows(JarRow, [{ owner: 'bob' }]))).toContain(
        "owner: expected 'bob', came 'alice'",
      );
      const twice = [{ id: '1' }, { id: '1' }];
      const two = () => jars(opened, eventsOf('jar-2', opened)).thenRows(JarRow, twice);
      expect(await failureOf(two)).toContain('The rows are others.');
    });

    it('when an event cannot be projected, with its reason', async () => {
      const failure = await failureOf(() => jars(opened, opened).thenRows(JarRow, [{}]));
      expect(failure).toContain('The projection failed.');
      expect(failure).toContain('jar.opened: QueryFailedError (23505): duplicate key');
    });

    it('when the inbox would refuse the message', async () => {
      const failure = await failureOf(() => jars(new CoinPaidV1('1', 1.5)).thenRows(JarRow, []));
      expect(failure).toContain('The inbox would refuse this CoinPaidV1: value must be an integer');
    });

    it('when the rows cannot be built again from the events', async () => {
      const sealed = (text?: () => string) => givenProjection(new NoteProjection(text), new JarSealed()).in(source);
      const failure = await failureOf(() => sealed().thenRows(NoteRow, [{ text: 'sealed' }]));
      expect(failure).toContain('Replayed from the beginning, the rows are others');
      expect(failure).toMatch(/row 1, id: expected \d+, came \d+/);
      let calls = 0;
      const counting = () => sealed(() => String((calls += 1))).thenRows(NoteRow, [{ text: '1' }]);
      expect(await failureOf(counting)).toContain("row 1, text: expected '1', came '2'");
    });

    it('when it has no @Projection, or expects nothing', async () => {
      class Nameless {
        @On(JarOpened)
        opened() {}
      }
      expect(await failureOf(() => givenProjection(Nameless, opened).in(source).thenRows(JarRow, []))).toContain(
        'Put @Projection',
      );
      expect(await failureOf(() => jars(opened))).toContain('expects nothing');
    });
  });
});
