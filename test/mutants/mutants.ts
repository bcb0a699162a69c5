// Bugs in the statements for PostgreSQL, each with the test that must not let it pass. Those of the engines are in tools/sim/mutants.ts.
import type { Breakage } from '../../tools/mutants/workshop.js';

export interface Mutant extends Breakage {
  /** The spec that catches it, and the test in there, by its name or a part of it. */
  readonly spec: string;
  readonly test: string;
}

const SETTLING = 'libs/event-store/src/postgres/log/settling-session.ts';
const SETTLED_LOG_SPEC = 'libs/event-store/src/postgres/log/settled-log.int.spec.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'a reader that takes whatever lies above the last position it has seen',
    file: SETTLING,
    find: 'const final = withoutGap(from, seen);',
    replace: 'const final = seen;',
    spec: SETTLED_LOG_SPEC,
    test: 'waits for a slow writer at a low position, then delivers both, in order [5]',
  },
  {
    name: 'a reader that skips a gap when its writer takes too long',
    file: SETTLING,
    find: 'if (!(await writers.gone(waitMs))) return { records: [], endAt: heard };',
    replace: 'await writers.gone(waitMs);',
    spec: SETTLED_LOG_SPEC,
    test: 'waits for a slow writer at a low position, then delivers both, in order [5]',
  },
  {
    name: 'a mark that is moved to L, the last position drawn, instead of the highest event read',
    file: SETTLING,
    find: 'this.settledUpTo = isFull(rows, limit) ? upTo : undefined;',
    replace:
      'this.settledUpTo = isFull(rows, limit) ? upTo : undefined;\n    if (!isFull(rows, limit)) this.raise(upTo);',
    spec: SETTLED_LOG_SPEC,
    test: 'never keeps a position nobody wrote: after a crash it is drawn again, and its event must be seen',
  },
  {
    name: 'rows that are read together with the locks, not after the writers were seen gone',
    file: SETTLING,
    find: `if (!(await writers.gone(waitMs))) return { records: [], endAt: heard };
      this.writers = undefined;
      const page = await this.page(from, writers.upTo, limit);`,
    replace: `const rows = await this.connection.query(this.range(from, writers.upTo, limit));
      if (!(await writers.gone(waitMs))) return { records: [], endAt: heard };
      this.writers = undefined;
      const page = this.reached(rows.map(parseRecord));`,
    spec: SETTLED_LOG_SPEC,
    test: 'reads rows only after it has seen the writers gone, however long looking takes (rounds held back before: 1)',
  },
  {
    name: 'a reader that does not wait for prepared transactions',
    file: 'libs/event-store/src/postgres/log/log-writers.ts',
    find: `WHERE locktype = 'relation' AND mode`,
    replace: `WHERE pid IS NOT NULL AND locktype = 'relation' AND mode`,
    spec: SETTLED_LOG_SPEC,
    test: 'waits for a prepared transaction, and names it',
  },
  {
    name: 'the rest of an append joined on the stream alone',
    file: 'libs/event-store/src/postgres/append/append.sql.ts',
    find: 'JOIN first f ON f.stream = r.stream AND f.id = r.first_id',
    replace: 'JOIN first f ON f.stream = r.stream',
    spec: 'libs/event-store/src/postgres/log/postgres-event-store.int.spec.ts',
    test: 'stores one of two appends of one stream whole, and nothing of the other',
  },
];
