// The read model of payments.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PaymentSummary1764000000001 implements MigrationInterface {
  readonly name = 'PaymentSummary1764000000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE payment_summary (
        id uuid PRIMARY KEY,
        status text NOT NULL CHECK (status IN ('requested', 'captured', 'failed', 'refunded', 'cancelled')),
        version integer NOT NULL,
        amount_minor bigint,
        currency text,
        captured_minor bigint NOT NULL DEFAULT 0,
        refunded_minor bigint NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND captured_minor),
        gateway_ref text,
        failure_reason text,
        cancel_reason text,
        updated_at timestamptz NOT NULL
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE payment_summary');
  }
}
