// docs/explanation/faults.md: the faults that are provoked, for each the tests whose titles end with its number, and how these ended.
import type { Problem } from '../problem.js';
import type { Tree } from '../tree.js';
import { FAULT_ROWS } from './fault-rows.js';
import { outcomeOf, outcomeText, recordedRun } from './fault-run.js';
import { generatedPage, prose, table } from './page.js';

export const FAULTS_PAGE = 'docs/explanation/faults.md';

const ROOTS = ['apps', 'libs', 'test', 'tools', 'examples'];
/** Contracts and what is under fire are called from specs. */
const ENDINGS = ['.spec.ts', '.contract.ts', '.faults.ts'];
/** A string whose end are numbers in brackets, and that something follows: the title of a test. */
const TITLE = /(['"`])((?:(?!\1)[^\\\n]|\\.)+?)((?: \[\d+\])+)\1,/g;

interface NumberedTest {
  readonly file: string;
  readonly line: number;
  readonly title: string;
  readonly rows: readonly number[];
}

export function faultsPage(tree: Tree): { page: string; problems: Problem[] } {
  const tests = ROOTS.flatMap((root) => ENDINGS.flatMap((ending) => tree.files(root, ending)))
    .sort()
    .flatMap((file) => numberedTests(file, tree.read(file) ?? ''));
  const known = new Set(FAULT_ROWS.map(([number]) => number));
  const missing = FAULT_ROWS.filter(([number]) => !tests.some(({ rows }) => rows.includes(number)));
  const automated = FAULT_ROWS.length - missing.length;
  const run = recordedRun(tree);
  const page = generatedPage(
    'Faults, and what happens then',
    `${automated} of ${FAULT_ROWS.length} faults are provoked by tests, on a real PostgreSQL and a real Kafka where it matters. A test ends its title with the numbers of its rows. The tests under fire play orders on whole systems meanwhile, and check acknowledged changes, logs, messages, ends, money and read models (I1 to I8, I11 where poison was planted, I15) once these are at rest, and send each acknowledged change once more (I10).`,
    run
      ? `The last column is of the run of ${run.date} with ${run.on}; \`npm test\` and then \`npm run docs -- faults\` renew it.`
      : 'No run has been recorded yet: `npm test` and then `npm run docs -- faults` do it.',
    table(
      ['#', 'fault', 'what has to happen', 'tests', 'in that run'],
      FAULT_ROWS.map(([number, fault, expected]) => {
        const links = tests.filter(({ rows }) => rows.includes(number)).map(linkOf);
        const cells = [String(number), prose(fault), prose(expected)];
        if (links.length === 0) return [...cells, 'not automated', ''];
        return [...cells, links.join('; '), outcomeText(outcomeOf(run, number, tree))];
      }),
    ),
    '## How they are provoked',
    'Between two steps a process ends, fails or pauses at a **failpoint** ([failpoint.ts](../../libs/event-store/src/core/failpoint.ts)): `NODE_ENV=test FAILPOINTS=relay.afterSendBeforeMark=kill@2`. With `FAILPOINTS=messages` whoever started the process arms one after the other while it goes on. Without these variables a failpoint is a call of an empty function.',
    'Networks fail in a **fault proxy** ([fault-proxy.ts](../../tools/faults/fault-proxy.ts)): late, slow, byte by byte, half open, reset, refused, or cut between a request and its answer; for all connections, or for those alone that begin with a given text.',
    'Servers are killed, stopped and frozen as processes. Faults that need root or a file system of their own are skipped elsewhere, and say so.',
  );
  const problems = tests.flatMap(({ file, line, rows }) =>
    rows
      .filter((row) => !known.has(row))
      .map((row) => ({ file, line, what: `names fault ${row}, which is not in tools/docs/reference/fault-rows.ts` })),
  );
  return { page, problems };
}

function numberedTests(file: string, text: string): NumberedTest[] {
  return [...text.matchAll(TITLE)].flatMap(([, , title, numbers], index, all) => {
    const before = text.slice(0, all[index]!.index);
    if (/\b(it|test)\.(skip|todo)\($/.test(before)) return [];
    const rows = [...numbers!.matchAll(/\d+/g)].map(([digits]) => Number(digits));
    return [{ file, line: before.split('\n').length, title: readable(title!, text), rows }];
  });
}

/** Placeholders of `it.each` become dots; a constant of the file its value. */
function readable(title: string, text: string): string {
  return title
    .replaceAll(/%[sdjo]/g, '…')
    .replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => {
      const [, value] = new RegExp(`const ${name} = (\\d[\\d_]*);`).exec(text) ?? [];
      return value?.replaceAll('_', '') ?? '…';
    })
    .replaceAll(/\\(.)/g, '$1');
}

function linkOf({ file, title }: NumberedTest): string {
  return `[${prose(title).replaceAll(/[[\]]/g, '\\$&')}](../../${file})`;
}
