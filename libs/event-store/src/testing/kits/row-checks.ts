// What a test expects of a read model, and how its failure reads.
import { differencesOfFields, differencesOfNamed, show } from './differences.js';
import { errorLine, list, type Step } from './failure.js';
import { numbered, type Happening } from './given-events.js';
import type { Built } from './read-model.js';

export interface Result<E> extends Built<E> {
  readonly happened: readonly Happening[];
}

export function checkRows<E extends object>(result: Result<E>, expected: readonly Partial<E>[], step: Step): void {
  const { rows, replayed, failed } = result;
  const story = list('Events', numbered(result.happened.map(({ event }) => event)), 'none');
  const [first] = failed;
  if (first) {
    const problems = failed.map(
      ({ type, reason, error }) => `${type}: ${error === undefined ? reason : errorLine(error)}`,
    );
    throw step.failure(['The projection failed.', list('Failed', problems), story], { cause: first.error });
  }
  const wanted = list('Expected rows', expected.map(show), 'none');
  const came = list('Rows', rows.map(show), 'none');
  if (rows.length !== expected.length)
    throw step.failure([`Expected ${expected.length} rows, came ${rows.length}.`, wanted, came, story]);
  if (!matchAll(expected, rows)) {
    const differ = expected.length === 1 ? differencesOfNamed(expected[0]!, rows[0]!) : [];
    throw step.failure(['The rows are others.', wanted, came, list('Differences', differ), story], {
      expected: expected.map(show),
      actual: rows.map(show),
    });
  }
  checkReplayed(sorted(rows), sorted(replayed), story, step);
}

/** A read model that cannot be built again is not exact: it holds something that is not in the events. */
function checkReplayed(rows: readonly object[], replayed: readonly object[], story: string, step: Step): void {
  const differ = Array.from({ length: Math.max(rows.length, replayed.length) }).flatMap((_, index) => {
    const [row, again] = [rows[index], replayed[index]];
    if (!row || !again) return [`row ${index + 1}: ${row ? 'gone' : 'only then'}`];
    return differencesOfFields(row, again).map((line) => `row ${index + 1}, ${line}`);
  });
  if (differ.length === 0) return;
  const sentence =
    'Replayed from the beginning, the rows are others. A projection writes only what is in the event and its context: no clock, no random id, nothing read elsewhere.';
  throw step.failure([sentence, list('Differences (expected: as it happened; came: replayed)', differ), story]);
}

/** Whether each expected row can have a row of its own. */
function matchAll(expected: readonly object[], rows: readonly object[]): boolean {
  const [first, ...others] = expected;
  if (!first) return true;
  return rows.some(
    (row, index) => differencesOfNamed(first, row).length === 0 && matchAll(others, rows.toSpliced(index, 1)),
  );
}

function sorted(rows: readonly object[]): readonly object[] {
  return rows
    .map((row) => ({ row, text: show(row) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ row }) => row);
}
