// Looks for a text everywhere in a database, as it is and in the forms it may hide in: to show that something is nowhere.
import pg from 'pg';

interface Column {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

/** `schema.table.column` of each column of any table, whatever its type, that has the text: plain, or its bytes as hex or base64. */
export async function findText(url: string, text: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Column>(`
      SELECT n.nspname AS schema, c.relname AS table, a.attname AS column
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'm', 'p') AND a.attnum > 0 AND NOT a.attisdropped
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'
      ORDER BY 1, 2, 3`);
    const found: string[] = [];
    for (const { schema, table, column } of rows) {
      const [from, name] = [[schema, table].map(pg.escapeIdentifier).join('.'), pg.escapeIdentifier(column)];
      const { rowCount } = await client.query(
        `SELECT 1 FROM ${from} WHERE EXISTS (SELECT FROM unnest($1::text[]) AS form WHERE strpos(lower(${name}::text), form) > 0) LIMIT 1`,
        [formsOf(text)],
      );
      if (rowCount) found.push(`${schema}.${table}.${column}`);
    }
    return found;
  } finally {
    await client.end();
  }
}

/** In lower case. Base64 has three forms, by where the text begins among the bytes; the ends, which depend on what is around, are cut off. */
export function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return encoded.slice(before + 1, -2);
  });
  return [text, bytes.toString('hex'), ...base64].map((form) => form.toLowerCase());
}
