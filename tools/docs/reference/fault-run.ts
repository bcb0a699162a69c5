// How the tests of faults ended in a run of all tests: what the page of faults says of each row besides the titles.
import type { Tree } from '../tree.js';

/** Where test runs write it; kept out of git. */
export const FAULT_RUN = '.cache/fault-run.json';
/** What was taken over with `npm run docs -- faults`. */
export const RECORDED_RUN = 'docs/explanation/faults.json';

export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

/** Spec → number of a row → how its tests ended. */
export type FaultRun = Readonly<Record<string, Readonly<Record<string, Outcome>>>>;

export interface RecordedRun {
  /** `2026-11-27` */
  readonly date: string;
  /** `Node 24.21.0 on linux` */
  readonly on: string;
  readonly specs: FaultRun;
}

/** The numbers in brackets that a title ends with. */
export function rowsOf(title: string): readonly string[] {
  const [ending = ''] = /(?: \[\d+\])+$/.exec(title) ?? [];
  return ending.match(/\d+/g) ?? [];
}

export function recordedRun(tree: Tree): RecordedRun | undefined {
  const text = tree.read(RECORDED_RUN);
  return text === undefined ? undefined : (JSON.parse(text) as RecordedRun);
}

/** Of specs that are still there: a context that is removed takes its own along. */
export function outcomeOf(run: RecordedRun | undefined, row: number, tree: Tree): Outcome {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const [file, rows] of Object.entries(run?.specs ?? {})) {
    const outcome = rows[String(row)];
    if (!outcome || !tree.exists(file)) continue;
    sum.passed += outcome.passed;
    sum.failed += outcome.failed;
    sum.skipped += outcome.skipped;
  }
  return sum;
}

/** `3 passed, 1 skipped`; `not yet run` where none has run. */
export function outcomeText({ passed, failed, skipped }: Outcome): string {
  const parts = [
    passed > 0 && `${passed} passed`,
    failed > 0 && `**${failed} failed**`,
    skipped > 0 && `${skipped} skipped`,
  ].filter((part) => part !== false);
  return parts.join(', ') || 'not yet run';
}

/** Sorted, so that a diff shows what has changed. Specs that are gone are left out. @throws Error when a test failed */
export function recordOf(run: FaultRun, tree: Tree, about: Pick<RecordedRun, 'date' | 'on'>): RecordedRun {
  const specs = Object.entries(run)
    .filter(([file]) => tree.exists(file))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const failed = specs.filter(([, rows]) => Object.values(rows).some((outcome) => outcome.failed > 0));
  if (failed.length > 0)
    throw new Error(`Tests of faults failed in ${failed.map(([file]) => file).join(', ')}: mend them, run them again.`);
  return { ...about, specs: Object.fromEntries(specs) };
}
