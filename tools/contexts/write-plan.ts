// Writes a plan, all of it or nothing: what fails half-way is taken back.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Writes {
  /** Files that are not there yet. */
  readonly created: readonly WrittenFile[];
  /** Files that are. */
  readonly changed: readonly WrittenFile[];
}

export interface WrittenFile {
  /** From the root. */
  readonly path: string;
  readonly text: string;
}

/** @throws Error what the file system said, after everything is as it was */
export function writePlan(root: string, { created, changed }: Writes): void {
  const undo: (() => void)[] = [];
  try {
    for (const { path, text } of created) {
      const file = join(root, path);
      const folder = mkdirSync(dirname(file), { recursive: true }); // the topmost that was made
      if (folder !== undefined) undo.push(() => rmSync(folder, { recursive: true }));
      writeFileSync(file, text, { flag: 'wx' });
      undo.push(() => rmSync(file));
    }
    for (const { path, text } of changed) {
      const file = join(root, path);
      const before = readFileSync(file);
      undo.push(() => writeFileSync(file, before));
      writeFileSync(file, text);
    }
  } catch (error) {
    for (const step of undo.toReversed()) step();
    throw error;
  }
}
