// How the checker asks a database: a port, and the few ways it reads an answer.

/** Every statement of the checker casts its columns to text, so that any driver and any type parser give the same. */
export type Row = Readonly<Record<string, string | null>>;

/** Runs one statement with `$1` … parameters. The caller brings the driver. */
export type Query = (sql: string, params?: readonly unknown[]) => Promise<readonly Row[]>;

/** @throws Error when the column is NULL or missing. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`Column ${column} is ${String(value)}, expected text.`);
  return value;
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] ?? undefined;
}

export function optionalNumber(row: Row, column: string): number | undefined {
  const value = optionalText(row, column);
  return value === undefined ? undefined : Number(value);
}

/** Of a log. */
export function position(row: Row): bigint {
  return BigInt(text(row, 'position'));
}
