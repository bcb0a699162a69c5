// Builds a read model twice on a real database — event by event, and from the beginning — and leaves nothing behind in it.
import type { Class, LogName, Transaction, UnitOfWork } from '../../core/index.js';
import { integrationEventType } from '../../messaging/integration-event.js';
import {
  asyncProjection,
  reactionsOf,
  type ProjectionHandler,
  type TransactionalSubscription,
} from '../../subscriptions/index.js';
import { seconds } from './durations.js';
import { Engine, registerAll, type SetAside } from './engine.js';
import type { Happening } from './given-events.js';

/** What TypeORM's DataSource and EntityManager are to a kit. */
export interface RowsDatabase {
  transaction<T>(work: (db: RowsManager) => Promise<T>): Promise<T>;
}

export interface RowsManager extends RowsDatabase {
  find<E extends object>(rowClass: new () => E): Promise<E[]>;
}

export interface ReadModel {
  /** As the class with `@Projection`. */
  readonly projection: object;
  readonly happened: readonly Happening[];
  /** Of the stream, or key of the messages. */
  readonly id: string;
}

export interface Built<E> {
  readonly rows: readonly E[];
  /** The same from the beginning, all events at hand. */
  readonly replayed: readonly E[];
  /** Events that were not handled, either time. */
  readonly failed: readonly SetAside[];
}

/** @throws what `@Projection` or the events lack */
export async function buildTwice<E extends object>(
  model: ReadModel,
  database: RowsDatabase,
  rowClass: new () => E,
): Promise<Built<E>> {
  const engine = new Engine();
  const handlers = handlersOf(model.projection);
  registerAll(engine, handlers.keys(), model.happened);
  try {
    const rows = await inVain(database, async (db) => {
      await run(engine, 'once', model.projection, handlers, db);
      for (const one of model.happened) {
        await engine.happen(one, model.id);
        await engine.pass(seconds(1)); // so that no two events have the same time
      }
      await engine.stop();
      return db.find(rowClass);
    });
    const replayed = await inVain(database, async (db) => {
      await run(engine, 'again', model.projection, handlers, db);
      await engine.rest();
      await engine.stop();
      return db.find(rowClass);
    });
    return { rows, replayed, failed: await engine.setAside() };
  } finally {
    await engine.stop();
  }
}

/** Loads Nest's side of the library only here: a domain's unit spec, which needs another kit, shall not wait for it. */
async function run(
  engine: Engine,
  suffix: string,
  projection: object,
  handlers: ReadonlyMap<Class, ProjectionHandler>,
  db: RowsManager,
): Promise<void> {
  const { projectionDeclaration } = await import('../../nest/decorators/projection.decorator.js');
  const { name, version } = projectionDeclaration(projection.constructor as Class);
  const unitOfWork = new UnitsOnDatabase(engine.store.unitOfWork, db);
  for (const log of ['events', 'inbound'] as const) {
    const ofLog = new Map([...handlers].filter(([event]) => logOf(event) === log));
    if (ofLog.size === 0) continue;
    const { registry } = engine.store;
    // One attempt: the events of a test come again in the same order, with the same rows in place.
    const retry = { maxAttempts: 1 };
    const definition = asyncProjection({ name: `${name}-${suffix}`, version, log, handlers: ofLog, registry, retry });
    engine.start(unitOfWork.writing(definition), unitOfWork);
  }
}

function handlersOf(projection: object): ReadonlyMap<Class, ProjectionHandler> {
  const methods = projection as Record<string | symbol, ProjectionHandler>;
  const bound = [...reactionsOf(projection.constructor as Class)].map(([event, member]): [Class, ProjectionHandler] => [
    event,
    (...args) => methods[member]!(...args),
  ]);
  return new Map(bound);
}

function logOf(event: Class): LogName {
  return integrationEventType(event) === undefined ? 'events' : 'inbound';
}

/** A unit of work in memory inside one on the database: rows and checkpoint are written together, or neither. */
class UnitsOnDatabase implements UnitOfWork {
  private readonly managers = new WeakMap<Transaction, RowsManager>();
  /** Units share one connection, so they take turns. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly memory: UnitOfWork,
    private readonly db: RowsManager,
  ) {}

  run<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const turn = this.last.then(() =>
      this.db.transaction((manager) =>
        this.memory.run((transaction) => {
          this.managers.set(transaction, manager);
          return work(transaction);
        }),
      ),
    );
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** The same subscription with the database in hand instead of the memory. */
  writing(definition: TransactionalSubscription): TransactionalSubscription {
    return {
      ...definition,
      handle: (record, transaction) => {
        const onDatabase = Object.create(transaction, { db: { value: this.managers.get(transaction) } }) as Transaction;
        return definition.handle(record, onDatabase);
      },
    };
  }
}

const rollBack = new Error('Rolled back: nothing of a test stays in the database.');

async function inVain<T>(database: RowsDatabase, work: (db: RowsManager) => Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  try {
    await database.transaction(async (db) => {
      result = { value: await work(db) };
      throw rollBack;
    });
  } catch (error) {
    if (error !== rollBack) throw error;
  }
  return result!.value;
}
