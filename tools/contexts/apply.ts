// Carries out what a removal has planned. Whoever calls has seen to it that nothing is lost (committed.ts).
import { existsSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Removal } from './removal.js';

/** All that it deletes or overwrites, from the root. */
export function touched({ deletes, edits }: Removal): string[] {
  return [...deletes, ...edits.keys()];
}

export function apply(root: string, { deletes, edits }: Removal): void {
  for (const [file, text] of edits) writeFileSync(join(root, file), text);
  for (const path of deletes) {
    rmSync(join(root, path), { recursive: true });
    removeEmpty(root, dirname(path));
  }
}

/** The folder, and those above it, as long as nothing is in them. */
function removeEmpty(root: string, folder: string): void {
  if (folder === '.' || !existsSync(join(root, folder)) || readdirSync(join(root, folder)).length > 0) return;
  rmdirSync(join(root, folder));
  removeEmpty(root, dirname(folder));
}
