// What `npm run new:event` writes: the next version of one stored event, planned as a whole before the first file changes.
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import * as prettier from 'prettier';
import { domainsIn, eventsIn, type FoundEvent } from './find-events.js';
import { raiseVersion } from './raise-version.js';
import { upcasterFile, upcasterName, upcasterSource, upcasterSpec, type Step } from './upcaster-files.js';

export interface VersionPlan {
  readonly event: FoundEvent;
  readonly version: number;
  /** Path from the root → content; `event.file` is the only one that exists. */
  readonly files: ReadonlyMap<string, string>;
  readonly upcaster: string;
  readonly newest: string;
}

/** @throws Error with the reason, and what would do */
export async function planVersion(root: string, type: string): Promise<VersionPlan> {
  const event = findOne(root, type);
  const domain = posix.join(/^.*?\/src\/domain(?=\/)/.exec(event.file)![0]);
  const step: Step = { type, from: event.version };
  const folder = `${domain}/upcasters`;
  const upcaster = `${folder}/${upcasterFile(step)}.ts`;
  const corpus = (version: number): string => `${domain}/corpus/${type}.v${version}.json`;
  if (!existsSync(join(root, corpus(step.from)))) {
    throw new Error(
      `${corpus(step.from)} is missing. Write an example of the data as version ${step.from} stores it, then try again.`,
    );
  }
  const before = readFileSync(join(root, event.file), 'utf8');
  const relative = posix.relative(posix.dirname(event.file), folder);
  const from = `${relative.startsWith('.') ? relative : `./${relative}`}/${upcasterFile(step)}.js`;
  const after = raiseVersion(event.file, before, type, { name: upcasterName(step), from });
  const files = new Map([
    [event.file, await formattedLike(before, after, join(root, event.file))],
    [upcaster, await formatted(upcasterSource(step), join(root, upcaster))],
    [`${folder}/${upcasterFile(step)}.unit.spec.ts`, await formatted(upcasterSpec(step), join(root, upcaster))],
    [corpus(step.from + 1), readFileSync(join(root, corpus(step.from)), 'utf8')],
  ]);
  for (const file of files.keys()) {
    if (file !== event.file && existsSync(join(root, file))) {
      throw new Error(`${file} is there already, though ${type} is at version ${step.from}. Move it away first.`);
    }
  }
  return { event, version: step.from + 1, files, upcaster, newest: corpus(step.from + 1) };
}

function findOne(root: string, type: string): FoundEvent {
  const all = domainsIn(root, ['apps']).flatMap((domain) => eventsIn(root, domain));
  const [found, other] = all.filter((event) => event.type === type);
  if (!found) {
    const known = all.map((event) => `\n  ${event.type.padEnd(24)} version ${event.version}  ${event.file}`).join('');
    throw new Error(
      `No class below apps/*/src/domain has @Event('${type}'). ${known ? `There are:${known}` : 'There are none.'}`,
    );
  }
  if (other)
    throw new Error(`${type} is declared twice, in ${found.file} and in ${other.file}. A type belongs to one class.`);
  return found;
}

/** A file that was formatted is so again; any other keeps its own ways. */
async function formattedLike(before: string, after: string, path: string): Promise<string> {
  const options = { ...(await prettier.resolveConfig(path)), filepath: path };
  return (await prettier.check(before, options)) ? prettier.format(after, options) : after;
}

async function formatted(text: string, path: string): Promise<string> {
  return prettier.format(text, { ...(await prettier.resolveConfig(path)), filepath: path });
}
