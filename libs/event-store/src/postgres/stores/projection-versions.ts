// Which version of a projection serves: rows of event_store.projections, locked for the length of a switch.
import type { LogName } from '../../core/index.js';
import type {
  ProjectionKey,
  ProjectionState,
  ProjectionVersion,
  ProjectionVersions,
} from '../../subscriptions/index.js';
import type { PostgresDatabase, Query } from '../connections/database.js';

interface Row {
  readonly name: string;
  readonly version: number;
  readonly state: ProjectionState;
  readonly caught_up: LogName[];
  readonly begun_at: Date;
  readonly switched_at: Date | null;
  readonly switched_position: bigint | null;
  readonly taken_up_at: Date | null;
}

const SELECT = `SELECT name, version, state, caught_up, begun_at, switched_at, switched_position, taken_up_at FROM event_store.projections`;

export class PostgresProjectionVersions implements ProjectionVersions {
  constructor(private readonly database: PostgresDatabase) {}

  async begin({ name, version }: ProjectionKey): Promise<void> {
    await this.database.query({
      text: `INSERT INTO event_store.projections (name, version, state) VALUES ($1, $2, 'building') ON CONFLICT DO NOTHING`,
      values: [name, version],
    });
  }

  list(): Promise<ProjectionVersion[]> {
    return this.read({ text: `${SELECT} ORDER BY name, version` });
  }

  /** In one order, so that two switches of one projection wait for each other instead of dying of it. */
  lock(name: string): Promise<ProjectionVersion[]> {
    return this.read({ text: `${SELECT} WHERE name = $1 ORDER BY version FOR UPDATE`, values: [name] });
  }

  async noteCaughtUp({ name, version }: ProjectionKey, log: LogName): Promise<void> {
    await this.database.query({
      text: `UPDATE event_store.projections SET caught_up = array_append(array_remove(caught_up, $3), $3)
              WHERE name = $1 AND version = $2`,
      values: [name, version, log],
    });
  }

  /** The other one first: at no moment do two of them serve, which the index would refuse. */
  async serve({ name, version }: ProjectionKey, position: bigint): Promise<void> {
    await this.database.query({
      text: `UPDATE event_store.projections SET state = 'retired', caught_up = '{}' WHERE name = $1 AND version <> $2 AND state = 'serving'`,
      values: [name, version],
    });
    await this.database.query({
      text: `UPDATE event_store.projections SET state = 'serving', switched_at = clock_timestamp(), switched_position = $3, taken_up_at = NULL
              WHERE name = $1 AND version = $2`,
      values: [name, version, position],
    });
  }

  async takeUp({ name, version }: ProjectionKey): Promise<void> {
    await this.database.query({
      text: `UPDATE event_store.projections SET taken_up_at = clock_timestamp()
              WHERE name = $1 AND version = $2 AND taken_up_at IS NULL`,
      values: [name, version],
    });
  }

  async forget({ name, version }: ProjectionKey): Promise<boolean> {
    const { rowCount } = await this.database.query({
      text: `DELETE FROM event_store.projections WHERE name = $1 AND version = $2 AND state = 'building'`,
      values: [name, version],
    });
    return rowCount === 1;
  }

  private async read(query: Query): Promise<ProjectionVersion[]> {
    const { rows } = await this.database.query<Row>(query);
    return rows.map((row) => ({
      name: row.name,
      version: row.version,
      state: row.state,
      caughtUp: row.caught_up,
      begunAt: row.begun_at,
      switchedAt: row.switched_at ?? undefined,
      switchedPosition: row.switched_position ?? undefined,
      takenUpAt: row.taken_up_at ?? undefined,
    }));
  }
}
