import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

describe('npm run example catalog', () => {
  it('prints the page that is committed beside it, which fits a screen', async () => {
    const page = await readFile(new URL('page.txt', import.meta.url), 'utf8');
    const args = ['--import', 'tsx', 'tools/example.ts', 'catalog'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toBe(page);
    const lines = page.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(50);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
  });
});
