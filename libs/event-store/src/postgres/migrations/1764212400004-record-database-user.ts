// What operators did says also as which role of the database, which nobody can make up.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  operationsLogDatabaseUser,
  operationsLogDatabaseUserDefault,
} from '../schema/operations-log-database-user.alter.sql.js';

export class RecordDatabaseUser1764212400004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(operationsLogDatabaseUser);
    await runner.query(operationsLogDatabaseUserDefault);
  }

  /** Who did what by the name they gave is kept. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE event_store.operations_log DROP COLUMN database_user');
  }
}
