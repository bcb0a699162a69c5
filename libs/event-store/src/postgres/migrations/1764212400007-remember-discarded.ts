// A message that was discarded while the checkpoint stood before it does not come back when its service restarts.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { discardParkedFunction } from '../schema/discard-parked.function.sql.js';
import { discardedMessagesTable } from '../schema/discarded-messages.table.sql.js';
import { operateParkedFunction, operateParkedRemembering } from '../schema/operate-parked.function.sql.js';

export class RememberDiscarded1764212400007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [discardedMessagesTable, discardParkedFunction, operateParkedRemembering])
      await runner.query(statement);
  }

  /** What was discarded may come back: discard it again. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(operateParkedFunction.replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION'));
    await runner.query('DROP FUNCTION event_store.discard_parked');
    await runner.query('DROP TABLE event_store.discarded_messages');
  }
}
