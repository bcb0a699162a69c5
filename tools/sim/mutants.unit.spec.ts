import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { mutants } from './mutants.js';

it.each(mutants.map((mutant) => [mutant.key, mutant] as const))(
  '%s: what it replaces is in its file exactly once, so it is the bug it was meant to be',
  async (_key, { file, find }) => {
    expect((await readFile(file, 'utf8')).split(find).length - 1, `"${find}" in ${file}`).toBe(1);
  },
);
