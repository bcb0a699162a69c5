// The read model of orders, with an index for each way it is listed.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OrderSummary1764000000001 implements MigrationInterface {
  readonly name = 'OrderSummary1764000000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE order_summary (
        id uuid PRIMARY KEY,
        customer_id text NOT NULL,
        status text NOT NULL CHECK (status IN ('placed', 'confirmed', 'shipped', 'cancelled')),
        version integer NOT NULL,
        lines jsonb NOT NULL,
        total_minor bigint NOT NULL,
        currency text NOT NULL,
        note text,
        payment_id text,
        cancel_reason text,
        carrier text,
        tracking_number text,
        placed_position bigint NOT NULL,
        placed_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      )`);
    await db.query('CREATE UNIQUE INDEX order_summary_newest ON order_summary (placed_position DESC)');
    await db.query('CREATE INDEX order_summary_by_customer ON order_summary (customer_id, placed_position DESC)');
    await db.query('CREATE INDEX order_summary_by_status ON order_summary (status, placed_position DESC)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE order_summary');
  }
}
