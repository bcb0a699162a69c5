// Whether all events that are there lie behind the beginning of their log. It fails, and names the constraint, where a row does not: no reader has seen that one.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eventsPositionValid } from '../schema/events-position.constraint.sql.js';

export class ValidatePositions1764212400001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(eventsPositionValid);
  }

  /** What is valid stays so. */
  async down(): Promise<void> {}
}
