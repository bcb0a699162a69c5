// A key that is used again after its time stands for a new command.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { idempotencyKeysAge, idempotencyKeysTable } from '../schema/idempotency-keys.table.sql.js';

export class ExpireIdempotencyKeys1764212400006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [idempotencyKeysTable, idempotencyKeysAge]) await runner.query(statement);
  }

  /** A key that was used again gets its very first answer from the earlier build. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE event_store.idempotency_keys');
  }
}
