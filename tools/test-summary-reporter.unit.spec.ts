import { describe, expect, it } from 'vitest';
import type { TestModule } from 'vitest/node';
import { formatSummary, summarize } from './test-summary-reporter.js';

type State = 'passed' | 'failed' | 'skipped' | 'pending';

const file = (state: 'passed' | 'failed', ...tests: State[]): TestModule => {
  const children = { allTests: () => tests.map((test) => ({ result: () => ({ state: test }) })) };
  return { state: () => state, children } as unknown as TestModule;
};

describe('the test summary', () => {
  it('is one plain line', () => {
    expect(formatSummary({ passed: 12, failed: 1, skipped: 0 })).toBe('12 passed, 1 failed, 0 skipped');
  });

  it('counts tests over all files', () => {
    const files = [file('passed', 'passed', 'skipped'), file('failed', 'passed', 'failed', 'failed')];
    expect(summarize(files, 0)).toEqual({ passed: 2, failed: 2, skipped: 1 });
  });

  it('counts a file that failed outside its tests as one failure', () => {
    expect(summarize([file('failed'), file('failed', 'passed')], 0)).toEqual({ passed: 1, failed: 2, skipped: 0 });
  });

  it('counts errors that no test caught as failures', () => {
    expect(summarize([file('passed', 'passed')], 2)).toEqual({ passed: 1, failed: 2, skipped: 0 });
  });

  it('counts a test that never ran as skipped, not as passed', () => {
    expect(summarize([file('passed', 'pending')], 0)).toEqual({ passed: 0, failed: 0, skipped: 1 });
  });
});
