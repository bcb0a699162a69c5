// The same product as CRUD keeps it: one row, and every change writes over the one before.
import type { Sql } from './postgres/open-database.js';

export interface ProductRow {
  readonly id: string;
  readonly name: string;
  readonly cents: number;
}

export class ProductTable {
  constructor(private readonly sql: Sql) {}

  async create(): Promise<void> {
    await this.sql('CREATE TABLE products (id text PRIMARY KEY, name text NOT NULL, cents int NOT NULL)');
  }

  async insert({ id, name, cents }: ProductRow): Promise<void> {
    await this.sql('INSERT INTO products (id, name, cents) VALUES ($1, $2, $3)', [id, name, cents]);
  }

  async read(id: string): Promise<ProductRow> {
    const [row] = (await this.sql('SELECT id, name, cents FROM products WHERE id = $1', [id])) as ProductRow[];
    if (row === undefined) throw new Error(`There is no product ${id} in the table.`);
    return row;
  }

  async save({ id, name, cents }: ProductRow): Promise<void> {
    await this.sql('UPDATE products SET name = $2, cents = $3 WHERE id = $1', [id, name, cents]);
  }
}
