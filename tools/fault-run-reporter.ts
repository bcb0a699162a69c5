// Writes down which tests of faults ran and how they ended, file by file: `npm run docs -- faults` puts it on the page of faults.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { FAULT_RUN, rowsOf, type FaultRun, type Outcome } from './docs/reference/fault-run.js';

export default class FaultRunReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const ran = outcomesOf(modules, process.cwd());
    if (Object.keys(ran).length === 0) return;
    mkdirSync(dirname(FAULT_RUN), { recursive: true });
    writeFileSync(FAULT_RUN, `${JSON.stringify({ ...before(), ...ran }, null, 2)}\n`);
  }
}

/** What a file has said before is replaced by what it says now. */
function before(): FaultRun {
  try {
    return JSON.parse(readFileSync(FAULT_RUN, 'utf8')) as FaultRun;
  } catch {
    return {};
  }
}

export function outcomesOf(modules: readonly TestModule[], root: string): FaultRun {
  const run: Record<string, Record<string, Outcome>> = {};
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      for (const row of rowsOf(test.name)) {
        const outcome = ((run[relative(root, module.moduleId)] ??= {})[row] ??= { passed: 0, failed: 0, skipped: 0 });
        outcome[state === 'passed' || state === 'failed' ? state : 'skipped'] += 1;
      }
    }
  }
  return run;
}
