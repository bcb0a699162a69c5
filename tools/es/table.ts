// Columns that fit into the terminal: those that may be cut give way, the others are for copying and stay whole.
import { cut, paint, safe, widthOf, type Color, type Look } from './terminal.js';

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string | number | bigint;
  readonly align?: 'right';
  /** May be cut with … when the terminal is narrow; the least number of columns it keeps. */
  readonly least?: number;
  readonly color?: (row: Row) => Color | undefined;
}

const GAP = '  ';

export function table<Row>(look: Look, columns: readonly Column<Row>[], rows: readonly Row[], indent = ''): string[] {
  const cells = rows.map((row) => columns.map((column) => safe(String(column.of(row)))));
  const wanted = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((line) => widthOf(line[index]!))),
  );
  const widths = fit(columns, wanted, look.width - indent.length - GAP.length * (columns.length - 1));
  const line = (texts: readonly string[], colorOf: (index: number) => Color | undefined): string => {
    const padded = texts.map((text, index) => {
      const shown = cut(text, widths[index]!);
      const space = ' '.repeat(Math.max(0, widths[index]! - widthOf(shown)));
      const color = colorOf(index);
      const painted = color ? paint(look, color, shown) : shown;
      if (columns[index]!.align === 'right') return space + painted;
      return index === columns.length - 1 ? painted : painted + space;
    });
    return (indent + padded.join(GAP)).trimEnd();
  };
  return [
    line(
      columns.map(({ title }) => title),
      () => 'dim',
    ),
    ...rows.map((row, index) => line(cells[index]!, (column) => columns[column]!.color?.(row))),
  ];
}

/** The widest column that may be cut gives way first, one column at a time. */
function fit(columns: readonly Column<never>[], wanted: readonly number[], room: number): number[] {
  const widths = [...wanted];
  for (let over = sum(widths) - room; over > 0; over -= 1) {
    const candidates = columns.flatMap(({ least }, index) =>
      least !== undefined && widths[index]! > least ? [index] : [],
    );
    if (candidates.length === 0) return widths;
    const widest = candidates.reduce((a, b) => (widths[b]! > widths[a]! ? b : a));
    widths[widest]! -= 1;
  }
  return widths;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
