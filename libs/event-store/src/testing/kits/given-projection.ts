// givenProjection(OrderSummaryProjection, …events).in(database).thenRows(OrderSummary, […]): a read model on the real database, built twice.
import type { Class } from '../../core/index.js';
import { Step } from './failure.js';
import { happenings, type Happening } from './given-events.js';
import { checkRows } from './row-checks.js';
import { buildTwice, type RowsDatabase } from './read-model.js';
import { Unfinished } from './unfinished.js';

const DEFAULT_ID = '00000000-0000-4000-8000-000000000001';

type RowClass<E> = new () => E;

/**
 * A read model after these events. `projection`: the class with `@Projection`, or an instance where its constructor has parameters.
 * The rows are written event by event, as they happen, and once more from the beginning: both must come to the same.
 */
export function givenProjection(
  projection: object | (new () => object),
  ...events: readonly object[]
): GivenProjection {
  const instance = typeof projection === 'function' ? (Reflect.construct(projection, []) as object) : projection;
  return new GivenProjection(instance, happenings(events), DEFAULT_ID);
}

class GivenProjection extends Unfinished {
  constructor(
    private readonly projection: object,
    private readonly happened: readonly Happening[],
    private readonly id: string,
  ) {
    const chain = `givenProjection(${projection.constructor.name}, …)`;
    super({ chain, next: '.in(database).thenRows(Entity, […])', mustGoOn: false });
  }

  /** Id of the stream, or key of the messages. The stream's category is the first word of its first event's type. */
  of(id: string): GivenProjection {
    return new GivenProjection(this.projection, this.happened, id);
  }

  /** A DataSource, or an EntityManager, with the tables of the read model. Everything is rolled back in the end. */
  in(database: RowsDatabase): ProjectionIn {
    const { projection, happened, id } = this;
    const rowsOf = <E extends object>(rowClass: RowClass<E>) =>
      buildTwice({ projection, happened, id }, database, rowClass);
    return new ProjectionIn(projection.constructor as Class, happened, rowsOf);
  }
}

type RowsOf = <E extends object>(rowClass: RowClass<E>) => ReturnType<typeof buildTwice<E>>;

class ProjectionIn extends Unfinished {
  constructor(
    projection: Class,
    private readonly happened: readonly Happening[],
    private readonly rowsOf: RowsOf,
  ) {
    const chain = `givenProjection(${projection.name}, …).in(database)`;
    super({ chain, next: '.thenRows(Entity, […])', mustGoOn: false });
  }

  /** All rows of the table, in any order; of each, the fields that are named. */
  async thenRows<E extends object>(rowClass: RowClass<E>, expected: readonly Partial<E>[]): Promise<void> {
    const step = new Step('thenRows');
    checkRows({ ...(await this.rowsOf(rowClass)), happened: this.happened }, expected, step);
  }
}

export type { GivenProjection, ProjectionIn };
