// The read model of crate loads, with an index for each way it is listed.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CrateLoadSummary1764200000001 implements MigrationInterface {
  readonly name = 'CrateLoadSummary1764200000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE crate_load_summary (
        id uuid PRIMARY KEY,
        subject text NOT NULL,
        opened_by text,
        status text NOT NULL CHECK (status IN ('open', 'closed')),
        close_reason text,
        version integer NOT NULL,
        opened_position bigint NOT NULL,
        opened_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      )`);
    await db.query('CREATE UNIQUE INDEX crate_load_summary_newest ON crate_load_summary (opened_position DESC)');
    await db.query('CREATE INDEX crate_load_summary_by_user ON crate_load_summary (opened_by, opened_position DESC)');
    await db.query('CREATE INDEX crate_load_summary_by_status ON crate_load_summary (status, opened_position DESC)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE crate_load_summary');
  }
}
