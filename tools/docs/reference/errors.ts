// docs/reference/errors.md: every stable code, what it means and what to do.
import type { Problem } from '../problem.js';
import type { Tree } from '../tree.js';
import { errorClasses, problems as problemsIn, type DeclaredError } from './error-sources.js';
import { code, generatedPage, prose, table } from './page.js';
import { REMEDIES } from './remedies.js';
import { servicesOf } from './services.js';

const TABLE_OF_REMEDIES = 'tools/docs/reference/remedies.ts';

export function errorsPage(tree: Tree): { page: string; problems: Problem[] } {
  const library = inOrder(errorClasses(tree, 'libs/event-store/src'));
  const platform = inOrder([
    ...errorClasses(tree, 'libs/kernel/src').map((error) => ({ ...error, status: error.status ?? 412 })),
    ...errorClasses(tree, 'libs/platform/src'),
    ...problemsIn(tree, 'libs/platform/src'),
  ]);
  const contexts = servicesOf(tree).map(({ name, folder }) => {
    const errors = inOrder(errorClasses(tree, `${folder}/src`));
    return errors.length === 0 ? '' : `### ${name}\n\n${answers(errors)}`;
  });
  const known = [...library, ...platform];
  const page = generatedPage(
    'Errors',
    'Codes are stable: match on them, not on sentences. In sentences `<stream>` and the like stand for values.',
    '## The library',
    'Thrown by the event store, and written to logs and to `npm run es -- parked list`. Codes from ES-2001 are answers to callers; the others are faults.',
    table(
      ['code', 'class', 'says', 'what to do'],
      library.map((error) => [
        code(error.code),
        nameOf(error),
        prose(meaning(error)),
        prose(REMEDIES[error.code] ?? ''),
      ]),
    ),
    '## HTTP',
    'The member `code` of every error answer (`application/problem+json`).',
    table(
      ['code', 'status', 'says', 'what to do'],
      grouped(platform).map(({ code: name, status, message }) => {
        return [code(name), status || '4xx', prose(message), prose(REMEDIES[name] ?? '')];
      }),
    ),
    '## What contexts refuse',
    'Business rules that said no: an answer, recorded with the command, never retried. Over HTTP the status is 404, 409 or 422, and the sentence is `detail`.',
    ...(contexts.some(Boolean) ? contexts : ['There is no context yet.']),
  );
  const refused = servicesOf(tree).flatMap(({ folder }) => errorClasses(tree, `${folder}/src`));
  return { page, problems: [...remedyProblems(known), ...silent([...known, ...refused])] };
}

function inOrder(errors: readonly DeclaredError[]): DeclaredError[] {
  return [...errors].sort((a, b) => a.code.localeCompare(b.code) || a.message.localeCompare(b.message));
}

function nameOf({ name = '', file }: DeclaredError): string {
  return `[${name}](../../${file})`;
}

/** The doc comment, and what the message adds. */
function meaning({ doc, message }: DeclaredError): string {
  return [doc, message === '' ? '' : `“${message}”`].filter((part) => part !== '').join(' ');
}

/** One row for each code: several places may answer with it. */
function grouped(errors: readonly DeclaredError[]): { code: string; status: string; message: string }[] {
  return [...new Set(errors.map((error) => error.code))].map((one) => {
    const same = errors.filter((error) => error.code === one);
    const list = (items: readonly string[]) => [...new Set(items.filter((item) => item !== ''))];
    return {
      code: one,
      status: list(same.map(({ status }) => String(status ?? '')))
        .sort()
        .join(', '),
      message: list(same.map(({ message, doc }) => message || doc)).join(' '),
    };
  });
}

function answers(errors: readonly DeclaredError[]): string {
  return table(
    ['code', 'status', 'says'],
    errors.map((error) => [code(error.code), String(error.status ?? ''), prose(meaning(error))]),
  );
}

/** Codes of which no place says anything: their cell under "says" would be empty. */
export function silent(errors: readonly DeclaredError[]): Problem[] {
  const speaking = new Set(errors.filter((error) => meaning(error) !== '').map((error) => error.code));
  return errors
    .filter((error) => !speaking.has(error.code))
    .map(({ code: name, file, line }) => ({
      file,
      line,
      what: `${name} says nothing: give its class a doc comment, or write its sentence where it is thrown`,
    }));
}

/** Every code of the library and the platform has an entry, and nothing else has. */
function remedyProblems(known: readonly DeclaredError[]): Problem[] {
  const codes = new Set(known.map((error) => error.code));
  return [
    ...known
      .filter((error) => REMEDIES[error.code] === undefined)
      .map(({ code: name, file, line }) => ({
        file,
        line,
        what: `${name} has no entry in ${TABLE_OF_REMEDIES}: what does one do about it?`,
      })),
    ...Object.keys(REMEDIES)
      .filter((name) => !codes.has(name))
      .map((name) => ({ file: TABLE_OF_REMEDIES, line: 1, what: `has an entry for ${name}, which nothing throws` })),
  ];
}
