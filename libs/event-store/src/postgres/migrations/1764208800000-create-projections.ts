// Versions of projections, which of them serves, and subscriptions that an operator may pause.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ConfigurationError } from '../../core/index.js';
import { adoptProjections } from '../schema/adopt-projections.sql.js';
import { projectionsServingIndex } from '../schema/projections-serving.index.sql.js';
import { projectionsTable } from '../schema/projections.table.sql.js';
import { subscriptionsPaused } from '../schema/subscriptions-paused.alter.sql.js';

export class CreateProjections1764208800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [subscriptionsPaused, projectionsTable, projectionsServingIndex, adoptProjections]) {
      await runner.query(statement);
    }
  }

  /** @throws ConfigurationError while something is paused: an older build would work on it at once. */
  async down(runner: QueryRunner): Promise<void> {
    const paused = (await runner.query(
      'SELECT 1 FROM event_store.subscriptions WHERE paused_at IS NOT NULL LIMIT 1',
    )) as unknown[];
    if (paused.length > 0) {
      throw new ConfigurationError(
        'Reverting this migration would resume subscriptions that are paused. Resume them first (npm run es -- projections resume).',
      );
    }
    await runner.query('DROP TABLE event_store.projections');
    await runner.query(
      'ALTER TABLE event_store.subscriptions DROP COLUMN paused_at, DROP COLUMN paused_by, DROP COLUMN pause_reason',
    );
  }
}
