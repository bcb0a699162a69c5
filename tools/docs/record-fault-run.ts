// Takes the last run of the tests of faults over into git, where the page of faults finds it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAULT_RUN, RECORDED_RUN, recordOf, type FaultRun } from './reference/fault-run.js';
import { Tree } from './tree.js';

/** A sentence of what was done. @throws Error when no test has run, or one failed */
export function recordFaultRun(root: string, now: Date): string {
  const from = join(root, FAULT_RUN);
  if (!existsSync(from)) throw new Error('No test of a fault has run here yet. Run npm test first.');
  const run = JSON.parse(readFileSync(from, 'utf8')) as FaultRun;
  const about = { date: now.toISOString().slice(0, 10), on: `Node ${process.versions.node} on ${process.platform}` };
  const record = recordOf(run, new Tree(root), about);
  writeFileSync(join(root, RECORDED_RUN), `${JSON.stringify(record, null, 2)}\n`);
  return `Recorded the tests of ${Object.keys(record.specs).length} specs.`;
}
