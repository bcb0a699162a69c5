// The price list, with a few products to begin with. unlucky-charm costs an amount that the simulated gateway declines (it ends in 13).
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PriceList1764000000002 implements MigrationInterface {
  readonly name = 'PriceList1764000000002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE price_list (
        sku text,
        currency text,
        name text NOT NULL,
        unit_amount_minor bigint NOT NULL CHECK (unit_amount_minor BETWEEN 1 AND 9007199254740991),
        PRIMARY KEY (sku, currency)
      )`);
    await db.query(`
      INSERT INTO price_list (sku, name, currency, unit_amount_minor) VALUES
        ('coffee-beans', 'Coffee beans, 1 kg', 'EUR', 1250), ('coffee-beans', 'Coffee beans, 1 kg', 'USD', 1390),
        ('mug', 'Mug', 'EUR', 890), ('mug', 'Mug', 'USD', 990),
        ('espresso-machine', 'Espresso machine', 'EUR', 24900), ('espresso-machine', 'Espresso machine', 'USD', 27900),
        ('unlucky-charm', 'Unlucky charm', 'EUR', 1313), ('unlucky-charm', 'Unlucky charm', 'USD', 1413)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE price_list');
  }
}
