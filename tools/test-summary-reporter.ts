// Ends a test run with one line that people and scripts can read: `N passed, N failed, N skipped`.
import type { Reporter, SerializedError, TestModule, TestRunEndReason } from 'vitest/node';

export interface Summary {
  passed: number;
  failed: number;
  skipped: number;
}

export default class TestSummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[], reason: TestRunEndReason): void {
    const summary = summarize(modules, errors.length);
    if (summary.passed + summary.failed === 0 || reason === 'interrupted') process.exitCode = 1;
    // The default reporter prints its own summary in the same event; the exit is the last moment of the run.
    process.once('exit', () => {
      process.stdout.write(`\n${formatSummary(summary)}\n`);
    });
  }
}

/** What broke outside a test (a file that does not load, a hook, an unhandled error) counts as a failure too. */
export function summarize(modules: readonly TestModule[], unhandledErrors: number): Summary {
  const summary = { passed: 0, failed: unhandledErrors, skipped: 0 };
  for (const module of modules) {
    let failedInside = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') summary.passed++;
      else if (state === 'failed') failedInside++;
      else summary.skipped++;
    }
    summary.failed += failedInside;
    if (failedInside === 0 && module.state() === 'failed') summary.failed++;
  }
  return summary;
}

export function formatSummary({ passed, failed, skipped }: Summary): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
