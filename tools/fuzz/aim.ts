// What requests are aimed at: chance alone finds no id of something that is there, and so no change of it either.
import { readFile, writeFile } from 'node:fs/promises';
import type { System } from '../system/system.js';
import type { Exchange } from './report.js';
import { SETTINGS } from './schemathesis.js';

export interface Aim {
  /** Makes things anew for every run, as the one before has changed them. `customer` is who fuzzes. */
  ids(system: System, customer: string): Promise<readonly string[]>;
  /** What has to be done at least once, as it can be only with one of these ids. */
  readonly hits: readonly Hit[];
}

export interface Hit {
  readonly what: string;
  readonly service: string;
  readonly role: string;
  readonly method: string;
  readonly path: RegExp;
}

/** How often an id of a path is one of these: the others are as they come. */
const SHARE = 0.5;

/** Writes the settings for a run, with the ids as values of every `{id}` of a path. */
export async function writeSettings(file: string, ids: readonly string[]): Promise<void> {
  const aimed = `
[dictionaries.there]
values = ${JSON.stringify(ids)}

[parameters]
"path.id" = { dictionary = "there", probability = ${SHARE} }
`;
  await writeFile(file, (await readFile(SETTINGS, 'utf8')) + (ids.length > 0 ? aimed : ''));
}

export function countHits({ method, path }: Hit, exchanges: readonly Exchange[]): number {
  const isDone = (status = 0) => status >= 200 && status < 300;
  return exchanges.filter((one) => one.method === method && path.test(one.path) && isDone(one.status)).length;
}
