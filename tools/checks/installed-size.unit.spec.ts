import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { judge, measure } from './installed-size.js';

const limit = { flags: ['--omit=dev'], packages: 3, megabytes: 1 };

it('counts packages at every depth, with and without a scope, and the bytes of all files', async () => {
  const root = await mkdtemp(join(tmpdir(), 'installed-size-'));
  const modules = join(root, 'node_modules');
  const packages = ['a', '@scope/b', 'a/node_modules/c'];
  for (const name of [...packages, 'a/dist', '.bin']) {
    await mkdir(join(modules, name), { recursive: true });
    await writeFile(join(modules, name, 'package.json'), '{}');
  }
  await writeFile(join(modules, 'a/dist/index.js'), 'x'.repeat(1000));
  expect(await measure(modules)).toEqual({ packages: 3, bytes: 1010 });
  await rm(root, { recursive: true });
});

it('accepts a size below the limit', () => {
  expect(judge({ packages: 2, bytes: 999_999 }, limit)).toBeUndefined();
});

it.each([
  { packages: 3, bytes: 1 },
  { packages: 1, bytes: 1_000_000 },
])('refuses $packages packages with $bytes bytes', (size) => {
  expect(judge(size, limit)).toContain('npm ci --omit=dev installs');
  expect(judge(size, limit)).toContain('fewer than 3 packages and 1 MB were expected');
});
