// What `npm run init` is told on its command line; whatever is left out is asked on a terminal, and stays as it is elsewhere.
import { parseArgs } from 'node:util';
import { flagsOfNpm } from '../contexts/npm-flags.js';

export interface Flags {
  readonly name?: string;
  readonly description?: string;
  readonly scope?: string;
  readonly examples?: 'drop' | 'keep';
  readonly freshKeys?: boolean;
  readonly freshHistory?: boolean;
  /** Nothing is asked. */
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly help: boolean;
}

export const usage = `Usage: npm run init -- [options]          what makes a clone your own project

  --name acme-shop       name of the package, and title of the README
  --description "…"      of the package
  --scope acme           the libraries are imported under this npm scope
  --drop-examples        takes the example contexts out; --keep-examples leaves them
  --fresh-keys           drops the development keys, as a new name does: the next start makes new ones
  --fresh-history        makes one commit of the branch; wants everything committed before
  --yes                  asks nothing; what is not named stays as it is
  --dry-run              says what would change, and changes nothing

A second run with the same answers changes nothing. See docs/how-to/make-it-yours.md.`;

/** Those without a value: npm keeps them for itself where the `--` before them was forgotten. */
const SWITCHES = ['drop-examples', 'keep-examples', 'fresh-keys', 'fresh-history', 'yes', 'dry-run'];

/** @throws Error an option nobody knows, or two that contradict each other */
export function parseFlags(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Flags {
  const { values } = parseArgs({
    args: [...args, ...flagsOfNpm(SWITCHES, environment)],
    options: {
      name: { type: 'string' },
      description: { type: 'string' },
      scope: { type: 'string' },
      'drop-examples': { type: 'boolean' },
      'keep-examples': { type: 'boolean' },
      'fresh-keys': { type: 'boolean' },
      'fresh-history': { type: 'boolean' },
      yes: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const { 'drop-examples': drop, 'keep-examples': keep } = values;
  if (drop && keep) throw new Error('--drop-examples and --keep-examples: expected one of the two.');
  return {
    name: values.name,
    description: values.description,
    scope: values.scope,
    examples: drop ? 'drop' : keep ? 'keep' : undefined,
    freshKeys: values['fresh-keys'],
    freshHistory: values['fresh-history'],
    yes: values.yes ?? false,
    dryRun: values['dry-run'] ?? false,
    help: values.help ?? false,
  };
}

/** The line to type where nobody can be asked. */
export function lineToType(args: readonly string[]): string {
  const quoted = args.map((arg) => (/^[\w@./=-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`));
  return ['npm run init --', ...quoted, '--yes'].join(' ');
}
