// The connections of a process, divided by duty: each has few of its own, so that none waits for what another has used up.
import pg from 'pg';
import { DataSource } from 'typeorm';
import { currentDuty, type Duty } from '../../core/index.js';
import type { PoolFigure } from '../../operations/index.js';
import { poolConfig, type ConnectionOptions } from './connection-options.js';

export interface DividedConnections extends ConnectionOptions {
  /** Made and destroyed by the caller; for units of work of requests. */
  readonly dataSource: DataSource;
  /** Subscriptions and health get connections of their own. Else all duties share what requests have. */
  readonly divided?: boolean;
}

/**
 * Of subscriptions, for units of work and as many again for single statements: a batch takes one for a second. And of handlers, for units of
 * work: one that hangs takes it until its deadline.
 */
export const SUBSCRIPTION_POOL_SIZE = 4;
/** Health asks for little, and an answer that comes late is as good as none; in milliseconds. */
const HEALTH = { poolSize: 1, statementTimeoutMs: 1_500, connectTimeoutMs: 1_500 };
/** As patient as health. No connection is made before somebody scrapes. */
const METRICS = HEALTH;

export class Connections {
  private readonly pools: Readonly<Record<Duty, pg.Pool>>;
  private readonly units: Readonly<Record<Duty, DataSource>>;

  constructor(private readonly options: DividedConnections) {
    const { dataSource, divided = false } = options;
    const requests = createPool(options);
    const subscriptions = divided ? createPool({ ...options, poolSize: SUBSCRIPTION_POOL_SIZE }) : requests;
    const health = divided ? createPool({ ...options, ...HEALTH }) : requests;
    const metrics = divided ? createPool({ ...options, ...METRICS }) : requests;
    // A single statement waits for nobody but the database: there handlers need nothing of their own.
    this.pools = { requests, subscriptions, handlers: subscriptions, health, metrics };
    const unitsOf = () => (divided ? withPoolOf(dataSource, SUBSCRIPTION_POOL_SIZE) : dataSource);
    this.units = {
      requests: dataSource,
      subscriptions: unitsOf(),
      handlers: unitsOf(),
      health: dataSource,
      metrics: dataSource,
    };
  }

  /** For single statements. */
  get pool(): pg.Pool {
    return this.pools[currentDuty()];
  }

  /** For units of work. */
  get dataSource(): DataSource {
    return this.units[currentDuty()];
  }

  /** Each pool once, named by its first duty. */
  figures(): PoolFigure[] {
    const statements = Object.entries(this.pools).map(([duty, pool]) => [`${duty}-statements`, pool] as const);
    const units = Object.entries(this.units).map(([duty, { driver }]) => [`${duty}-units`, poolOf(driver)] as const);
    return [...statements, ...units]
      .filter(([, pool], at, all) => all.findIndex(([, other]) => other === pool) === at)
      .flatMap(([name, pool]) => (pool ? figureOf(name, pool) : []));
  }

  /** Before the first unit of work of a subscription or handler. */
  async open(): Promise<void> {
    for (const units of this.own()) if (!units.isInitialized) await units.initialize();
  }

  /** The caller's DataSource stays open. */
  async close(): Promise<void> {
    for (const pool of new Set(Object.values(this.pools))) if (!pool.ended) await pool.end();
    for (const units of this.own()) if (units.isInitialized) await units.destroy();
  }

  private own(): DataSource[] {
    return Object.values(this.units).filter((units) => units !== this.options.dataSource);
  }
}

/** The same entities on the same database, and nothing that changes its schema. */
function withPoolOf(dataSource: DataSource, poolSize: number): DataSource {
  const { options } = dataSource;
  return new DataSource({ ...options, poolSize, synchronize: false, migrationsRun: false } as typeof options);
}

export function figureOf(name: string, pool: pg.Pool): PoolFigure {
  const { totalCount, idleCount, waitingCount, options } = pool;
  return { name, max: options.max, used: totalCount - idleCount, idle: idleCount, pending: waitingCount };
}

/** TypeORM keeps it there; undefined before the DataSource is open. */
function poolOf(driver: DataSource['driver']): pg.Pool | undefined {
  return (driver as { master?: pg.Pool }).master;
}

export function createPool(options: ConnectionOptions): pg.Pool {
  const made = new pg.Pool(poolConfig(options));
  // Without a listener an idle connection that is cut takes the process down. The pool replaces it by itself.
  made.on('error', () => undefined);
  return made;
}
