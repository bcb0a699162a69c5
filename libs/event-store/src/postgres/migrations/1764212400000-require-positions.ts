// Events lie behind the beginning of their log. Rows that are there are looked at by the next migration, in a transaction that holds up no writer.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eventsPosition } from '../schema/events-position.constraint.sql.js';

export class RequirePositions1764212400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(eventsPosition);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE event_store.events DROP CONSTRAINT events_position_positive');
  }
}
