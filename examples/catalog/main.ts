// CRUD beside events, on a real PostgreSQL: what each can answer a year later, and two editors at once. Run it with: npm run example catalog
import { join } from 'node:path';
import { startPostgres } from '../../tools/postgres/index.js';
import { throwaway, untilAborted } from '../../tools/system/throwaway.js';
import { aYearLater } from './a-year-later.js';
import { openDatabase } from './postgres/open-database.js';
import { ProductTable } from './product-row.js';
import { twoEditors } from './two-editors.js';

async function page(url: string): Promise<string[]> {
  const database = await openDatabase(url);
  try {
    const table = new ProductTable(database.sql);
    await table.create();
    return [
      'A product, kept twice in one PostgreSQL: as a row that is written over (CRUD), and as its events.',
      '',
      ...(await aYearLater(database, table)),
      '',
      ...(await twoEditors(database, table)),
    ];
  } finally {
    await database.close();
  }
}

try {
  console.error('Starting a PostgreSQL for this page …');
  const lines = await throwaway('nest-es-example-', async (folder, signal) => {
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
    try {
      return await untilAborted(page(postgres.url()), signal);
    } finally {
      await postgres.stop('immediate');
    }
  });
  console.log(lines.join('\n'));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
