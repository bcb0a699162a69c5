// Seals: a chain of hashes over the settled events, by which a change of history is found.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ConfigurationError } from '../../core/index.js';
import { sealsImmutableTrigger } from '../schema/seals-immutable.trigger.sql.js';
import { sealsTable } from '../schema/seals.table.sql.js';

export class CreateSeals1764201600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [sealsTable, sealsImmutableTrigger]) await runner.query(statement);
  }

  /** @throws ConfigurationError when there are seals to lose. */
  async down(runner: QueryRunner): Promise<void> {
    const kept = (await runner.query('SELECT 1 FROM event_store.seals LIMIT 1')) as unknown[];
    if (kept.length > 0) {
      throw new ConfigurationError(
        'Reverting this migration would delete the seals, and with them the proof of what the log was. Deploy the build that knows them.',
      );
    }
    await runner.query('DROP TABLE event_store.seals');
    await runner.query('DROP FUNCTION event_store.refuse_seal_change');
  }
}
