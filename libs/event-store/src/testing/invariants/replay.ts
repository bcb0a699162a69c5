// I8 Replay: a read model made again from the beginning is the one that is served, row by row, at the same position.
import { Findings, groupBy, type Violation } from './violation.js';

export interface ReadModelRow {
  readonly table: string;
  /** Of the primary key, as text. */
  readonly key: string;
  /** Column → value as text. */
  readonly columns: Readonly<Record<string, string | null>>;
}

/** A read model and its rebuild, both as of one position: see `shadowRebuild`. */
export interface ReadModelCopies {
  readonly service: string;
  /** As in its subscription: `order-summary@v1`. */
  readonly readModel: string;
  readonly position: bigint;
  readonly live: readonly ReadModelRow[];
  readonly rebuilt: readonly ReadModelRow[];
}

/** Names columns, never their values: a read model may hold what people entrusted to us. */
export function checkReplay(copies: readonly ReadModelCopies[]): Violation[] {
  const findings = new Findings('I8');
  for (const { service, readModel, position, live, rebuilt } of copies) {
    const served = groupBy(live, keyOf);
    const again = groupBy(rebuilt, keyOf);
    const what = (key: string): string => `${service}: ${readModel} at position ${position}: row ${key}`;
    for (const [key, [row]] of again) {
      const [other] = served.get(key) ?? [];
      if (!other) findings.add('lost', `${what(key)} is missing; a rebuild has it.`);
      const differing = other ? differences(row!, other) : [];
      if (differing.length > 0)
        findings.add('wrong', `${what(key)} differs from a rebuild in ${differing.join(', ')}.`);
    }
    for (const [key, rows] of served) {
      if (!again.has(key)) findings.add('wrong', `${what(key)} is served; a rebuild does not have it.`);
      if (rows.length > 1) findings.add('duplicated', `${what(key)} is there ${rows.length} times.`);
    }
  }
  return findings.found;
}

function keyOf({ table, key }: ReadModelRow): string {
  return `${table} ${key}`;
}

function differences(one: ReadModelRow, other: ReadModelRow): string[] {
  const names = new Set([...Object.keys(one.columns), ...Object.keys(other.columns)]);
  return [...names].filter((name) => one.columns[name] !== other.columns[name]).sort();
}
