// What others may have been built for: the released forms and values of the baseline, and what was withdrawn from them with a reason.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { baselineOf, filesAt, textAt } from '../baseline.js';
import { RELEASED } from './contract-events.js';
import { isSameRelease, type Release, type Releases } from './releases.js';
import type { RecordedValues } from './recorded-values.js';

/** What the checks of fields took and refused when they were recorded. */
export const VALUES = posix.join(RELEASED, 'values.json');
/** Forms that bind nobody any more, moved here by hand. */
export const WITHDRAWN = posix.join(RELEASED, 'withdrawn.json');

export interface WithdrawnForm extends Release {
  /** Why nobody is left who was built for it. */
  readonly reason: string;
}

export interface ReleasedBefore {
  /** What it was read from, for people. */
  readonly comparedWith: string;
  /** To take a file from, where there is git. */
  readonly commit: string | undefined;
  /** File → its forms. */
  readonly files: ReadonlyMap<string, Releases>;
  readonly values: RecordedValues;
}

/** Without git all that lies here has been released. */
export function releasedBefore(root: string): ReleasedBefore {
  const baseline = baselineOf(root);
  if (!baseline) {
    const texts = new Map(filesHere(root).map((file) => [file, readFileSync(join(root, file), 'utf8')]));
    return { comparedWith: 'the files themselves, because there is no git', commit: undefined, ...readAll([texts]) };
  }
  const states = baseline.commits.map(
    (commit) => new Map(filesAt(root, commit, RELEASED).map((file) => [file, textAt(root, commit, file) ?? '{}'])),
  );
  return { comparedWith: baseline.text, commit: baseline.commits[0], ...readAll(states) };
}

export function readWithdrawn(root: string): Readonly<Record<string, readonly WithdrawnForm[]>> {
  const path = join(root, WITHDRAWN);
  if (!existsSync(path)) return {};
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, WithdrawnForm[]>;
}

function filesHere(root: string): string[] {
  const folder = join(root, RELEASED);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => posix.join(RELEASED, name));
}

/** The states of a folder in one: what only an older one has comes behind what the first has. */
function readAll(states: readonly ReadonlyMap<string, string>[]): Pick<ReleasedBefore, 'files' | 'values'> {
  const files = new Map<string, Releases>();
  let values: RecordedValues = {};
  for (const [file, text] of states.flatMap((state) => [...state])) {
    if (!file.endsWith('.json') || file === WITHDRAWN) continue;
    const read = JSON.parse(text) as object;
    if (file === VALUES) values = { ...(read as RecordedValues), ...values };
    else files.set(file, mergedReleases(files.get(file) ?? {}, read as Releases));
  }
  return { files, values };
}

/** The forms of both, none twice. */
export function mergedReleases(first: Releases, second: Releases): Releases {
  const types = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  return Object.fromEntries(
    types.map((type) => {
      const forms = first[type] ?? [];
      const others = (second[type] ?? []).filter((form) => !forms.some((one) => isSameRelease(one, form)));
      return [type, [...forms, ...others]];
    }),
  );
}
