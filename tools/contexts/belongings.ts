// Files and folders outside `apps` that make sense only together with certain contexts: belongings.json beside this file lists them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const BELONGINGS = 'tools/contexts/belongings.json';

export interface Belonging {
  /** When any one of them goes, the paths go. */
  readonly contexts: readonly string[];
  /** From the root of the repository. */
  readonly paths: readonly string[];
}

/** @throws Error saying what is wrong in the file. */
export function readBelongings(root: string): readonly Belonging[] {
  if (!existsSync(join(root, BELONGINGS))) return [];
  const text = readFileSync(join(root, BELONGINGS), 'utf8');
  const wrong = (what: string): Error =>
    new Error(
      `${BELONGINGS}: ${what}. Expected [{ "contexts": ["order"], "paths": ["test/shop"] }], paths from the root.`,
    );
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  if (!Array.isArray(entries)) throw wrong('it is no array');
  for (const [index, entry] of (entries as Partial<Belonging>[]).entries()) {
    if (!isListOfStrings(entry?.contexts) || !isListOfStrings(entry.paths))
      throw wrong(`entry ${index + 1} is not complete`);
    // Whole folders are deleted on its word.
    const strange = entry.paths.find((path) => !/^[\w.-]+(\/[\w.-]+)*$/.test(path) || path.split('/').includes('..'));
    if (strange !== undefined) throw wrong(`'${strange}' is no path below the root`);
  }
  return entries as Belonging[];
}

function isListOfStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}
