// `event-shapes.json` of a domain: the shape of each event as the version that is written today has stored it. In git, so that a change shows.
import type { ShapedEvent } from './event-shapes.js';
import { misfits, type Fields } from './misfits.js';

export interface RecordedShape {
  readonly version: number;
  readonly aliases?: readonly string[];
  readonly fields: Fields;
}

/** By type. */
export type RecordedShapes = Readonly<Record<string, RecordedShape>>;

export interface ShapeProblem {
  /** Undefined where no class is left. */
  readonly event: ShapedEvent | undefined;
  readonly what: string;
}

/**
 * The shapes that a change has to respect. A version that is not on main yet is still being written, and may be recorded anew. An entry that was
 * taken out by hand binds nobody. `committed`: undefined where there is no git to ask; then all that is recorded binds.
 */
export function bindingShapes(recorded: RecordedShapes, committed: RecordedShapes | undefined): RecordedShapes {
  if (!committed) return recorded;
  return Object.fromEntries(
    Object.entries(recorded).flatMap(([type, shape]): [string, RecordedShape][] => {
      const before = committed[type];
      if (!before) return [];
      return [[type, shape.version > before.version ? before : shape]];
    }),
  );
}

/** What of the binding shapes today's classes would not read, each with the ways out. `file` is where they are recorded. */
export function shapeProblems(binding: RecordedShapes, events: readonly ShapedEvent[], file: string): ShapeProblem[] {
  const undo = `If nothing of it was ever stored but on your own machine, take its entry out of ${file} and run npm run docs.`;
  return Object.entries(binding).flatMap(([type, shape]): ShapeProblem[] => {
    const [event] = readersOf(type, events);
    const lost = [type, ...(shape.aliases ?? [])].filter((name) => readersOf(name, events).length === 0);
    if (lost.length > 0) return [{ event, what: `${lostText(lost, type)} ${undo}` }];
    if (event!.version < shape.version) {
      const what = `${type} is at version ${event!.version} again, and rows of version ${shape.version} are stored: no build could read them. Go on from version ${shape.version}. ${undo}`;
      return [{ event, what }];
    }
    const found = event!.version === shape.version ? misfits(shape.fields, event!.fields) : [];
    return found.length === 0 ? [] : [{ event, what: `${misfitText(event!, found)} ${undo}` }];
  });
}

/** What to record: today's shapes, but for binding ones with a problem, which stay as they were. */
export function renewedShapes(binding: RecordedShapes, events: readonly ShapedEvent[]): RecordedShapes {
  const kept = Object.entries(binding).filter(
    ([type, shape]) => shapeProblems({ [type]: shape }, events, '').length > 0,
  );
  const stuck = new Set(kept.flatMap(([type]) => readersOf(type, events)));
  const today = events
    .filter((event) => !stuck.has(event))
    .map(({ type, version, aliases, fields }): [string, RecordedShape] => {
      return [type, { version, ...(aliases.length > 0 && { aliases }), fields }];
    });
  return Object.fromEntries([...kept, ...today].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readersOf(name: string, events: readonly ShapedEvent[]): ShapedEvent[] {
  return events.filter(({ type, aliases }) => type === name || aliases.includes(name));
}

function lostText(lost: readonly string[], type: string): string {
  const names = lost.join(' and ');
  const of = lost.includes(type) ? '' : ` (${type})`;
  return (
    `No class reads ${names}${of} any more, and rows with that name are stored. If it has another name now, give its class { aliases: ['${lost[0]}'] }; ` +
    'if nobody needs it any more, keep the class and let it be { retired: true }.'
  );
}

function misfitText({ className, type, version }: ShapedEvent, found: readonly string[]): string {
  return (
    `${className} does not fit what ${type} version ${version} has stored: ${found.join('; ')}. ` +
    `Either run npm run new:event ${type}: version ${version + 1} comes with an upcaster that turns what is stored into what the class says now; ` +
    'or make a field that is new optional, and keep one that would be gone.'
  );
}
