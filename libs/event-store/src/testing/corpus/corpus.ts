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
  const declared = new Map(eventClasses.map((of) => [eventDeclaration(of)!.type, of]));
  const missing = [...declared.values()].flatMap((of) => uncovered(eventDeclaration(of)!, entries));
  const wrong = entries.flatMap((entry) => {
    const eventClass = declared.get(entry.type);
    const { schemaVersion = 0 } = (eventClass && eventDeclaration(eventClass)) ?? {};
    if (!eventClass)
      return [`${entry.file}: there is no event ${entry.type}; there are: ${registry.types().join(', ')}.`];
    if (entry.version > schemaVersion) return [`${entry.file}: ${entry.type} is at version ${schemaVersion}.`];
    if (entry.examples.length === 0) return [`${entry.file}: expected an example, came an empty list.`];
    const newest = entries.find(({ type, version }) => type === entry.type && version === schemaVersion);
    return entry.examples.flatMap((example) => {
      const lines = readingProblems(registry, { entry, eventClass, example, newest: newest?.examples ?? [] });
      return lines.map((line) => `${entry.file}: ${line}.`);
    });
  });
  return [...missing, ...wrong];
}

function uncovered({ type, schemaVersion }: EventDeclaration, entries: readonly CorpusEntry[]): string[] {
  const versions = Array.from({ length: schemaVersion }, (_, index) => index + 1);
  return versions
    .filter((version) => !entries.some((entry) => entry.type === type && entry.version === version))
    .map(
      (version) => `${type}.v${version}.json is missing: write an example of the data as version ${version} stored it.`,
    );
}

interface Reading {
  readonly entry: CorpusEntry;
  readonly eventClass: Class;
  readonly example: unknown;
  /** Examples of the version that is written today. */
  readonly newest: readonly unknown[];
}

function readingProblems(registry: EventRegistry, { entry, eventClass, example, newest }: Reading): string[] {
  const { type, version: schemaVersion } = entry;
  if (typeof example !== 'object' || example === null || Array.isArray(example))
    return ['expected the fields of an event'];
  try {
    const event = registry.decode({ type, schemaVersion, data: frozen(structuredClone(example)) });
    if (!(event instanceof eventClass)) return [`expected an instance of ${eventClass.name}`];
    const read = registry.encode(event);
    if (read.schemaVersion > schemaVersion) return differencesFromAll(newest, read.data);
    return isDeepStrictEqual(read.data, example) ? [] : ['it is not written as it was read'];
  } catch (error) {
    return [`it cannot be read (${error instanceof Error ? error.message : String(error)})`];
  }
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
