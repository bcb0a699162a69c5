// `npm run remove:context <name> [--yes]`: takes a bounded context out, with all that is its own. Our examples leave the same way.
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { apply, touched } from './contexts/apply.js';
import { assertCommitted } from './contexts/committed.js';
import { dangling } from './contexts/dangling.js';
import { flagsOfNpm } from './contexts/npm-flags.js';
import { contexts } from './contexts/registry.js';
import { regenerateDocs } from './contexts/regenerate-docs.js';
import { planRemoval, type Removal } from './contexts/removal.js';
import { readArguments } from './text/arguments.js';

const USAGE = `Usage: npm run remove:context <name> [--yes] [--dry-run] [--force]

Deletes the context's service, what belongs to it elsewhere, and its lines in shared files. Says first what it would do.

  --yes      do it without asking
  --dry-run  only say it
  --force    also where changes are not committed and could not be had back`;

const root = '.';

function print(name: string, plan: Removal): void {
  const { deletes, edits, stays } = plan;
  const list = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? console.log(`${title}\n${lines.map((line) => `  ${line}`).join('\n')}\n`) : undefined;
  console.log(`Removing the context ${name}.\n`);
  list('Deletes', deletes);
  list('Edits', [...edits.keys()].sort());
  list('Stays', stays);
  list('Points to what goes; mend it by hand', dangling(root, plan));
}

async function agrees(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('Nobody can be asked here, so nothing is done. Give --yes to do it.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Do it? [y/N] ').finally(() => terminal.close());
  return /^y(es)?$/i.test(answer.trim());
}

async function main(): Promise<void> {
  const { values, positionals } = read([...process.argv.slice(2), ...flagsOfNpm(['yes', 'dry-run', 'force'])]);
  if (values.help) return console.log(USAGE);
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0) {
    const known = contexts(root).map((context) => context.name);
    throw new Error(
      `Expected the name of one context, got ${positionals.length}. There are: ${known.join(', ') || 'none'}.\n\n${USAGE}`,
    );
  }
  const plan = planRemoval(root, name);
  print(name, plan);
  if (values['dry-run']) return console.log('A dry run: nothing was changed.');
  if (!values.force) assertCommitted(root, touched(plan), ', or give --force');
  if (!values.yes && !(await agrees())) return console.log('Nothing was changed.');
  apply(root, plan);
  console.log(`The context ${name} is gone.`);
  await regenerateDocs('.');
  console.log(next());
}

function next(): string {
  const data = existsSync('data')
    ? ['npm run reset, where ./data holds nothing you need: it still has the database.']
    : [];
  return ['Next:', ...data, 'npm run check && npm test', 'git add -A && git commit'].join('\n  ');
}

function read(args: readonly string[]) {
  const boolean = { type: 'boolean', default: false } as const;
  const options = { yes: boolean, 'dry-run': boolean, force: boolean, help: boolean };
  return readArguments({ args: [...args], allowPositionals: true, options }, `\n\n${USAGE}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
