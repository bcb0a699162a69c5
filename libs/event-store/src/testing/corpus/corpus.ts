// The golden corpus: for every version of every stored event an example of its data as it lies in the log, `order.placed.v1.json`.
// Today's classes must still read all of it: the log keeps what was stored, whatever the classes have become.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { eventDeclaration, EventRegistry, type Class, type EventDeclaration } from '../../core/index.js';
import { differencesFromAll } from './shape.js';

export interface CorpusEntry {
  /** Name inside the corpus folder. */
  readonly file: string;
  readonly type: string;
  readonly version: number;
  /** A file holds one example, or a list of them. */
  readonly examples: readonly unknown[];
}

const NAME = /^(.+)\.v([1-9]\d*)\.json$/;

/** Everything in the folder, sorted; none when there is no such folder. @throws Error a name that is not `<type>.v<version>.json`, or no JSON */
export function readCorpus(folder: string): CorpusEntry[] {
  return namesIn(folder).map((file) => {
    const [, type, version] = NAME.exec(file) ?? [];
    if (type === undefined) throw new Error(`${join(folder, file)}: expected a name like order.placed.v1.json.`);
    return { file, type, version: Number(version), examples: examplesIn(join(folder, file)) };
  });
}

/** The examples of one version. @throws Error when there is no such file */
export function corpusExamples(folder: string, type: string, version: number): Record<string, unknown>[] {
  return examplesIn(join(folder, `${type}.v${version}.json`)) as Record<string, unknown>[];
}

/** One sentence for each event that is not covered, each file that belongs to none, and each example that does not read as it should. */
export function corpusProblems(eventClasses: readonly Class[], entries: readonly CorpusEntry[]): string[] {
  const registry = new EventRegistry().register(...eventClasses);
  const declarations = eventClasses.map((of) => eventDeclaration(of)!);
  const missing = declarations.flatMap((declaration) => uncovered(declaration, entries));
  const wrong = entries.flatMap((entry) => {
    const declaration = declarations.find(({ type, aliases }) => [type, ...aliases].includes(entry.type));
    if (!declaration)
      return [`${entry.file}: there is no event ${entry.type}; there are: ${registry.types().join(', ')}.`];
    const last = lastVersion(declaration);
    if (entry.version > last) return [`${entry.file}: ${entry.type} is at version ${last}.`];
    if (entry.examples.length === 0) return [`${entry.file}: expected an example, came an empty list.`];
    return entry.examples.flatMap((example) => {
      const lines = readingProblems(registry, { entry, declaration, example, entries });
      return lines.map((line) => `${entry.file}: ${line}.`);
    });
  });
  return [...missing, ...wrong];
}

/** That there are rows of: a retired event has none of the version its last upcaster ends in. */
function lastVersion({ schemaVersion, retired }: EventDeclaration): number {
  return retired ? schemaVersion - 1 : schemaVersion;
}

/** An older version may have been stored under an older name; the newest is stored under the type. */
function uncovered(declaration: EventDeclaration, entries: readonly CorpusEntry[]): string[] {
  const { type, aliases, schemaVersion } = declaration;
  const has = (names: readonly string[], version?: number): boolean =>
    entries.some((entry) => names.includes(entry.type) && (version ?? entry.version) === entry.version);
  const versions = Array.from({ length: lastVersion(declaration) }, (_, index) => index + 1)
    .filter((version) => !has(version === schemaVersion ? [type] : [type, ...aliases], version))
    .map(
      (version) => `${type}.v${version}.json is missing: write an example of the data as version ${version} stored it.`,
    );
  const names = aliases
    .filter((alias) => !has([alias]))
    .map(
      (alias) =>
        `${alias}.v1.json is missing, or that of another version: write an example of ${type} as it was stored under its name ${alias}.`,
    );
  return [...versions, ...names];
}

interface Reading {
  readonly entry: CorpusEntry;
  readonly declaration: EventDeclaration;
  readonly example: unknown;
  readonly entries: readonly CorpusEntry[];
}

function readingProblems(registry: EventRegistry, { entry, declaration, example, entries }: Reading): string[] {
  const { type, version: schemaVersion } = entry;
  if (typeof example !== 'object' || example === null || Array.isArray(example))
    return ['expected the fields of an event'];
  try {
    const events = registry.decodeAll({ type, schemaVersion, data: frozen(structuredClone(example)) });
    const written = events.map((event) => registry.encode(event));
    if (schemaVersion === declaration.schemaVersion)
      return isDeepStrictEqual(written[0]?.data, example) ? [] : ['it is not written as it was read'];
    return written.flatMap(({ data, ...of }) => differencesFromAll(examplesOf(of, entries), data));
  } catch (error) {
    return [`it cannot be read (${error instanceof Error ? error.message : String(error)})`];
  }
}

/** Of the version that is written today. */
function examplesOf(of: { readonly type: string; readonly schemaVersion: number }, entries: readonly CorpusEntry[]) {
  return entries.find(({ type, version }) => type === of.type && version === of.schemaVersion)?.examples ?? [];
}

/** An upcaster that writes into what it is given fails: the row may be read again. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function examplesIn(path: string): unknown[] {
  const text = readFileSync(path, 'utf8');
  try {
    const found = JSON.parse(text) as unknown;
    return Array.isArray(found) ? found : [found];
  } catch (error) {
    throw new Error(`${path}: expected JSON (${(error as Error).message}).`, { cause: error });
  }
}
