// Snapshots: a cache of aggregates' states.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { snapshotsTable } from '../schema/snapshots.table.sql.js';

export class CreateSnapshots1764115200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(snapshotsTable);
  }

  /** Nothing is lost: streams are then loaded from their beginning. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE event_store.snapshots');
  }
}
