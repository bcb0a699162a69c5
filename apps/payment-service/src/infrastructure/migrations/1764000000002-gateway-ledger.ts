// The simulated gateway's own books. It lies in our database for convenience only; nothing of ours joins it, and no foreign key points there.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class GatewayLedger1764000000002 implements MigrationInterface {
  readonly name = 'GatewayLedger1764000000002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway_ledger (
        entry_id text PRIMARY KEY, -- capture:<payment id> or refund:<refund id>
        payment_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('capture', 'refund')),
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('captured', 'declined', 'refunded')),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await db.query('CREATE INDEX gateway_ledger_by_payment ON gateway_ledger (payment_id)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE gateway_ledger');
  }
}
