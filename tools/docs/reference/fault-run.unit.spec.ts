import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestModule } from 'vitest/node';
import { outcomesOf } from '../../fault-run-reporter.js';
import { Tree } from '../tree.js';
import { outcomeOf, outcomeText, recordOf, rowsOf } from './fault-run.js';

const tagOf = (row: number) => `[${row}]`; // written out, this file would be on the page itself
const numbered = (row: number) => `something breaks ${tagOf(row)}`;
const module = (file: string, ...tests: (readonly [title: string, state: string])[]): TestModule => {
  const children = { allTests: () => tests.map(([name, state]) => ({ name, result: () => ({ state }) })) };
  return { moduleId: `/project/${file}`, children } as unknown as TestModule;
};

describe('a run of the tests of faults', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'fault-run-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  it('counts by the numbers a title ends with, and leaves other tests out', () => {
    const tests = [
      [numbered(7), 'passed'],
      [[numbered(7), tagOf(12)].join(' '), 'skipped'],
      ['has [7] in the middle', 'passed'],
    ] as const;
    expect(outcomesOf([module('a.spec.ts', ...tests)], '/project')).toEqual({
      'a.spec.ts': { 7: { passed: 1, failed: 0, skipped: 1 }, 12: { passed: 0, failed: 0, skipped: 1 } },
    });
    expect(rowsOf('none at all')).toEqual([]);
  });

  it('is summed up for a row over the specs that are still there', () => {
    writeFileSync(join(root, 'here.spec.ts'), '');
    const outcome = { passed: 2, failed: 0, skipped: 1 };
    const specs = { 'here.spec.ts': { 7: outcome }, 'gone.spec.ts': { 7: outcome } };
    const run = { date: '2026-01-02', on: 'Node 24', specs };
    expect(outcomeOf(run, 7, new Tree(root))).toEqual(outcome);
    expect(outcomeText(outcome)).toBe('2 passed, 1 skipped');
    expect(outcomeText(outcomeOf(run, 8, new Tree(root)))).toBe('not yet run');
    expect(outcomeText(outcomeOf(undefined, 7, new Tree(root)))).toBe('not yet run');
  });

  it('is not taken over while one of its tests fails', () => {
    writeFileSync(join(root, 'here.spec.ts'), '');
    const run = { 'here.spec.ts': { 7: { passed: 2, failed: 1, skipped: 0 } } };
    expect(() => recordOf(run, new Tree(root), { date: '', on: '' })).toThrow('here.spec.ts');
  });
});
