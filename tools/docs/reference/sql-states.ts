// docs/reference/sql-states.md: what each SQLSTATE means for the library, and for whoever sent the request.
import { sqlStates, type Failure } from '../../../libs/event-store/src/postgres/connections/sql-state-table.js';
import { code, generatedPage, prose, table } from './page.js';

const MEANINGS: Readonly<Record<Failure, { readonly library: string; readonly request: string }>> = {
  unavailable: {
    library: 'Waits and tries again with the same ids, without end; nothing is parked.',
    request: '503 with `Retry-After`',
  },
  'gave-up': {
    library:
      'As `unavailable` where the statement is its own. A statement of a handler counts as a failure of the handler: tried again, then parked.',
    request: '503 with `Retry-After`',
  },
  retryable: {
    library: 'The whole unit of work runs again, a few times; an append that shares a statement runs again alone.',
    request: '503 with `Retry-After`, when it lost each time',
  },
  conflict: {
    library: 'Looks who was first: a repeat gets the first result, anybody else an ES-1001 or ES-1002.',
    request: '409, or the first answer again; 500 where a table of your own has the key',
  },
};

export function sqlStatesPage(): string {
  return generatedPage(
    'SQL states',
    'What an error of PostgreSQL means here. Two letters stand for a class, for what has no row of its own. Every state that is not here is a mistake in a ' +
      'program: 500, and a failure of the handler. Whatever ends the session (severity FATAL) is `unavailable`, and so are errors of the network and time-outs of the driver.',
    table(
      ['SQLSTATE', 'means', 'when'],
      Object.entries(sqlStates)
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([state, { failure, when }]) => [code(state), code(failure), prose(when)]),
    ),
    '## What is done about it',
    table(
      ['means', 'the library', 'a request hears'],
      Object.entries(MEANINGS).map(([failure, { library, request }]) => [code(failure), library, request]),
    ),
    'The table is [sql-state-table.ts](../../libs/event-store/src/postgres/connections/sql-state-table.ts). Which request may be repeated: [how to limit load](../how-to/limit-load.md).',
  );
}
