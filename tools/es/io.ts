// Where a command reads from and writes to: the terminal, or a test.
import { createInterface } from 'node:readline/promises';
import { jsonText, lookOf, type Look } from './terminal.js';

export interface Io {
  /** One line for the reader, made safe by whoever composed it. */
  out(line: string): void;
  /** One line beside the answer: notes, progress, errors. */
  note(line: string): void;
  /** Where notes go to a terminal: replaces the last line there, which is still moving; an empty one takes it away. */
  readonly moving?: (line: string) => void;
  /** Asks whoever sits at the terminal; absent where nobody does. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
  readonly look: Look;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

export function processIo(signal: AbortSignal): Io {
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    moving: process.stderr.isTTY ? (line) => void process.stderr.write(`\r\u001b[2K${line}`) : undefined,
    confirm: process.stdin.isTTY && process.stderr.isTTY ? (question) => ask(question, signal) : undefined,
    look: lookOf(process.stdout, process.env),
    environment: process.env,
    signal,
  };
}

/** Anything but yes is no. */
async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} (y/N) `, { signal })).trim());
  } catch {
    return false; // Ctrl-C
  } finally {
    reader.close();
  }
}

/** One JSON document, on one line. */
export function outJson(io: Io, value: unknown): void {
  io.out(jsonText(value));
}
