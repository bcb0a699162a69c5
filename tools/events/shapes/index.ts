// The shapes of stored events on disk: `npm run docs` renews them as far as what is stored can be read, `npm run check` says where it cannot.
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Problem } from '../../docs/problem.js';
import { baselineOf } from '../baseline.js';
import { recordedText, releasedIn } from '../recorded-file.js';
import { domainsIn } from '../find-events.js';
import { shapedEvents, type ShapedEvent } from './event-shapes.js';
import { bindingShapes, renewedShapes, shapeProblems, type RecordedShapes } from './recorded-shapes.js';

const NAME = 'event-shapes.json';

/** What today's classes would not read, and files that are not what `npm run docs` would write. */
export async function checkEventShapes(root = process.cwd()): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { file, events, binding, text } of domains(root)) {
    const found = shapeProblems(binding, events, file);
    problems.push(...found.map(({ event, what }) => ({ file: event?.file ?? file, line: event?.line ?? 1, what })));
    if (found.length > 0 || (await recordedText(renewedShapes(binding, events))) === text) continue;
    problems.push({ file, line: 1, what: 'is not what the events say by now; npm run docs renews it' });
  }
  return problems;
}

/** Path from the root → what is to be written there. Shapes that a class does not fit any more are kept. */
export async function renewEventShapes(root = process.cwd()): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const { file, events, binding } of domains(root))
    files.set(file, await recordedText(renewedShapes(binding, events)));
  return files;
}

interface ShapedDomain {
  /** From the root. */
  readonly file: string;
  readonly events: readonly ShapedEvent[];
  readonly binding: RecordedShapes;
  /** As it is on disk. */
  readonly text: string | undefined;
}

function domains(root: string): ShapedDomain[] {
  const found = domainsIn(root, ['apps']);
  const baseline = baselineOf(root);
  return [...shapedEvents(root, found)].map(([domain, events]) => {
    const file = posix.join(domain, NAME);
    const text = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined;
    const recorded = text === undefined ? {} : (JSON.parse(text) as RecordedShapes);
    return {
      file,
      events,
      text,
      binding: bindingShapes(recorded, releasedIn(root, file, baseline) as RecordedShapes | undefined),
    };
  });
}
