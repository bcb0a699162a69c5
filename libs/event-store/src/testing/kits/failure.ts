// How a kit says that a test has failed: an AssertionError of Node, which every test runner shows, pointing at the step in the test.
import { AssertionError } from 'node:assert';
import { fileURLToPath } from 'node:url';
import { show } from './differences.js';

const KITS = fileURLToPath(new URL('.', import.meta.url));

interface Sides {
  /** For the runner's own diff. */
  readonly expected?: unknown;
  readonly actual?: unknown;
  readonly cause?: unknown;
}

/** Where a step of a chain was called. Taken at once, because by the time it fails the call is long over. */
export class Step {
  private readonly stack: string;

  constructor(readonly name: string) {
    const frames = (new Error().stack ?? '').split('\n').slice(1);
    this.stack = frames.filter((frame) => !frame.includes(KITS) || frame.includes('.spec.')).join('\n');
  }

  /** Paragraphs: the sentence first, then what helps; empty ones are left out. */
  failure(paragraphs: readonly string[], { expected, actual, cause }: Sides = {}): AssertionError {
    const message = paragraphs.filter((text) => text !== '').join('\n\n');
    const error = new AssertionError({ message, expected, actual, operator: this.name });
    if (cause !== undefined) error.cause = cause;
    error.stack = `${error.name}: ${message}\n${this.stack}`;
    return error;
  }
}

/** A titled list for a failure; empty when there is nothing to list and nothing to say about that. */
export function list(title: string, lines: readonly string[], none = ''): string {
  const all = lines.length > 0 || none === '' ? lines : [none];
  return all.length === 0 ? '' : `${title}:\n${all.map((line) => `  ${line.replaceAll('\n', '\n  ')}`).join('\n')}`;
}

/** An error in a line: what it is, its code, what it says. */
export function errorLine(error: unknown): string {
  if (!(error instanceof Error)) return `a value that is no Error: ${show(error)}`;
  const { code } = error as { code?: unknown };
  return `${error.constructor.name}${typeof code === 'string' ? ` (${code})` : ''}: ${error.message}`;
}
