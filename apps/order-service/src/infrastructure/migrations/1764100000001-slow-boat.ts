// One more product: slow-boat-ticket costs an amount for which the simulated gateway takes its time (it ends in 77).
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SlowBoat1764100000001 implements MigrationInterface {
  readonly name = 'SlowBoat1764100000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      INSERT INTO price_list (sku, name, currency, unit_amount_minor) VALUES
        ('slow-boat-ticket', 'Ticket for the slow boat', 'EUR', 4277), ('slow-boat-ticket', 'Ticket for the slow boat', 'USD', 4777)
      ON CONFLICT (sku, currency) DO NOTHING`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DELETE FROM price_list WHERE sku = 'slow-boat-ticket'`);
  }
}
