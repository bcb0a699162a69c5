// Operations: what operators did to parked and unreadable messages.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ConfigurationError } from '../../core/index.js';
import { operationsLogSubjectIndex } from '../schema/operations-log-subject.index.sql.js';
import { operationsLogTable } from '../schema/operations-log.table.sql.js';
import { unreadableMessagesResolution } from '../schema/unreadable-messages-resolution.alter.sql.js';

export class CreateOperationsLog1763769600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [operationsLogTable, operationsLogSubjectIndex, unreadableMessagesResolution]) {
      await runner.query(statement);
    }
  }

  /** @throws ConfigurationError when there is a record of operations to lose. */
  async down(runner: QueryRunner): Promise<void> {
    const kept = (await runner.query('SELECT 1 FROM event_store.operations_log LIMIT 1')) as unknown[];
    if (kept.length > 0) {
      throw new ConfigurationError(
        'Reverting this migration would delete the record of what operators did. Save event_store.operations_log and empty it first.',
      );
    }
    await runner.query('ALTER TABLE event_store.unreadable_messages DROP COLUMN resolution, DROP COLUMN resolved_at');
    await runner.query('DROP TABLE event_store.operations_log');
  }
}
