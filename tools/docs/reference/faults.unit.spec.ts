// The page of faults is read out of the titles of tests.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Tree } from '../tree.js';
import { faultsPage } from './faults.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'faults-page-'));
  mkdirSync(join(root, 'test'));
});
afterEach(() => rmSync(root, { recursive: true }));

const number = (row: number) => `[${row}]`; // or this file would be on the page itself
const pageOf = (name: string, text: string) => {
  writeFileSync(join(root, 'test', name), text);
  return faultsPage(new Tree(root));
};
const rowOf = (page: string, row: number) => page.split('\n').find((line) => line.startsWith(`| ${row} |`))!;

it('links each fault to the tests whose titles end with its number, and says which has none', () => {
  const { page, problems } = pageOf(
    'some.faults.ts',
    `const COPIES = 1_000;\nit(\`\${COPIES} of %s, it's done ${number(13)} ${number(12)}\`, () => {});\nit.skip('no ${number(1)}', () => {});`,
  );
  for (const row of [12, 13]) {
    expect(rowOf(page, row)).toContain(`| [1000 of …, it's done](../../test/some.faults.ts) |`);
  }
  expect(rowOf(page, 1)).toContain('| not automated |');
  expect(page).toContain('2 of 40 faults');
  expect(problems).toEqual([]);
});

it('refuses a number that no row has, and finds it by file and line', () => {
  const { problems } = pageOf('other.spec.ts', `\nit('x ${number(999)}', () => {});`);
  expect(problems).toMatchObject([{ file: 'test/other.spec.ts', line: 2 }]);
});
