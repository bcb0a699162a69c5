// What `npm run remove:context` would do, worked out before anything is touched: deletions, edits, and what stays and why.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BELONGINGS, readBelongings, type Belonging } from './belongings.js';
import { contractsOf, userOf } from './contracts.js';
import { filesWithRegions, isBelow } from './files.js';
import { withoutElements } from './json-text.js';
import { withoutProject } from './nest-cli.js';
import { removeRegions } from './regions.js';
import { contexts, type Context } from './registry.js';

export interface Removal {
  /** Files and folders, from the root. */
  readonly deletes: readonly string[];
  /** Files and their text afterwards. */
  readonly edits: ReadonlyMap<string, string>;
  /** Sentences: what one would expect to go and does not, and why. */
  readonly stays: readonly string[];
}

const CONTRACTS_INDEX = 'libs/contracts/src/index.ts';

/**
 * Of a context, or of the contract alone that one has left behind.
 * @throws Error when there is neither, when others use the contract, or when a file cannot be understood. Changes nothing.
 */
export function planRemoval(root: string, name: string): Removal {
  const all = contexts(root);
  const context = all.find((one) => one.name === name || one.service === name);
  if (!context) assertOrphan(root, name, all);
  const rest = all.filter((one) => one !== context);
  const gone = context ? [`apps/${context.service}`, ...belongingsOf(root, context)] : [];
  const contracts = planContracts(root, rest, gone);
  const deletes = [...gone, ...contracts.deletes];
  return {
    deletes: deletes.sort(),
    edits: planEdits(root, context, rest, deletes, contracts.orphans),
    stays: contracts.stays,
  };
}

function assertOrphan(root: string, name: string, all: readonly Context[]): void {
  const contract = contractsOf(root).find((one) => one.context === name);
  if (!contract) {
    const known = all.map((one) => one.name).join(', ');
    throw new Error(
      `There is no context '${name}'. ${known === '' ? 'There is none at all.' : `Expected one of: ${known}.`}`,
    );
  }
  const user = userOf(root, contract, []);
  if (user !== undefined)
    throw new Error(
      `The context '${name}' is gone; its contract ${contract.files[0]} stays, because ${user} imports it. Take that out first, then try again.`,
    );
}

function belongingsOf(root: string, context: Context): string[] {
  const own = readBelongings(root).filter(belongTo(context));
  return [...new Set(own.flatMap(({ paths }) => paths))].filter((path) => existsSync(join(root, path)));
}

const belongTo =
  ({ name }: Context) =>
  ({ contexts: owners }: Belonging): boolean =>
    owners.includes(name);

/** Of the context, and of those that went before it and whose contract it was the last to use. */
function planContracts(root: string, rest: readonly Context[], gone: readonly string[]) {
  const orphans: string[] = [];
  const deletes: string[] = [];
  const stays: string[] = [];
  for (const contract of contractsOf(root)) {
    if (rest.some(({ name }) => name === contract.context)) continue;
    const user = userOf(root, contract, gone);
    if (user === undefined) {
      orphans.push(contract.context);
      deletes.push(...contract.files);
    } else {
      const [file] = contract.files;
      stays.push(`${file} stays: ${user} imports it. It goes with the last context that does.`);
    }
  }
  return { orphans, deletes, stays };
}

function planEdits(
  root: string,
  context: Context | undefined,
  rest: readonly Context[],
  deletes: readonly string[],
  orphans: readonly string[],
): Map<string, string> {
  const edits = new Map<string, string>();
  const edit = (file: string, change: (text: string) => string): void => {
    if (isBelow(file, deletes) || !existsSync(join(root, file))) return;
    const text = readFileSync(join(root, file), 'utf8');
    const after = change(text);
    if (after !== text) edits.set(file, after);
  };
  for (const file of filesWithRegions(root)) {
    const names = file === CONTRACTS_INDEX ? orphans : context ? [context.name] : [];
    edit(file, (text) => names.reduce((left, name) => removeRegions(left, file, name), text));
  }
  if (!context) return edits;
  edit('nest-cli.json', (text) => withoutProject(text, context, rest));
  edit(BELONGINGS, (text) => withoutElements(text, BELONGINGS, (entry) => belongTo(context)(entry as Belonging)));
  return edits;
}
