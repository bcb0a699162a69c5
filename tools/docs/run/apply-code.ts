// Does to the clone what a tutorial asks of its reader: replaces a file, or a line, or inserts after one.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { CodeStep } from './steps.js';

/** @throws Error with what the page should say instead. */
export async function applyCode(folder: string, step: CodeStep): Promise<void> {
  const path = join(folder, step.file);
  if (!resolve(path).startsWith(resolve(folder) + sep)) throw new Error(`${step.file} lies outside of the repository.`);
  if (step.insertAfter === undefined && step.replace === undefined) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${step.code}\n`);
    return;
  }
  const before = await readFile(path, 'utf8').catch(() => {
    throw new Error(`There is no ${step.file} to change.`);
  });
  await writeFile(path, changed(before, step));
}

export function changed(before: string, { file, code, insertAfter, replace }: CodeStep): string {
  const text = insertAfter ?? replace!;
  const lines = before.split('\n');
  const found = lines.flatMap((line, index) => (line.includes(text) ? [index] : []));
  if (found.length !== 1) {
    throw new Error(`${found.length} lines of ${file} contain "${text}"; expected exactly one.`);
  }
  const [at] = found as [number];
  lines.splice(insertAfter === undefined ? at : at + 1, insertAfter === undefined ? 1 : 0, ...code.split('\n'));
  return lines.join('\n');
}
