// Follows one page in a fresh clone, block by block, with a clock. What a failing block printed is shown whole.
import { setTimeout as sleep } from 'node:timers/promises';
import { applyCode } from './apply-code.js';
import { makeClone } from './clone.js';
import { openShell, type PageShell } from './shell.js';
import type { ShellStep, Step } from './steps.js';
import type { Outcome } from './transcript.js';

export interface PageRun {
  readonly root: string;
  readonly path: string;
  readonly steps: readonly Step[];
  readonly linkModules: boolean;
  /** For the whole page. */
  readonly withinMs?: number;
  readonly keep: boolean;
  readonly say: (line: string) => void;
}

/** How long an expected text may take to be printed by a block that is tried again and again. */
const EXPECT_WITHIN_MS = 60_000;

/** The page's processes are in groups of their own: they do not hear a Ctrl-C by themselves. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether every block did what the page says. */
export async function runPage({ root, path, steps, linkModules, withinMs, keep, say }: PageRun): Promise<boolean> {
  const installs = steps.some((step) => step.kind === 'shell' && /\bnpm (ci|install)\b/.test(step.script));
  const clone = await makeClone(root, { modules: linkModules || !installs });
  const shell = await openShell(clone.folder, linkModules && installs ? SKIP_INSTALL : '');
  say(`${path} in ${clone.folder}`);
  const start = Date.now();
  let passed = true;
  const interrupted = () => void shell.close().then(() => process.exit(130));
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    for (const step of steps) {
      const begun = Date.now();
      const trouble = await doStep(shell, clone.folder, step);
      say(
        `${seconds(begun).padStart(9)} s  ${trouble === undefined ? 'ok    ' : 'FAILED'}  ${path}:${step.line} ${titleOf(step)}`,
      );
      if (trouble !== undefined) say(trouble.replace(/^/gm, '             '));
      passed = trouble === undefined;
      if (passed && withinMs !== undefined && Date.now() - start > withinMs) {
        say(`${path} takes longer than the ${withinMs / 1_000} s it may take.`);
        passed = false;
      }
      if (!passed) break;
    }
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    say(`${seconds(start).padStart(9)} s  in all`);
    const left = await shell.close();
    if (left.length > 0) say(`Left running by the page, and ended now:\n  ${left.join('\n  ')}`);
    if (!keep) await clone.remove();
  }
  return passed;
}

/** Its packages are there already. */
const SKIP_INSTALL = `npm() { if [ "$1" = ci ]; then echo 'npm ci: skipped, the packages are linked'; else command npm "$@"; fi; }`;

/** What went wrong; undefined when nothing did. */
async function doStep(shell: PageShell, folder: string, step: Step): Promise<string | undefined> {
  if (step.kind === 'code') {
    return applyCode(folder, step).then(
      () => undefined,
      (error: Error) => error.message,
    );
  }
  if (step.background) return startBackground(shell, step);
  return step.expect === undefined ? troubleOf(step, await runOnce(shell, step)) : untilExpected(shell, step);
}

function runOnce(shell: PageShell, step: ShellStep): Promise<Outcome> {
  return shell.run(step.script, { timeoutMs: step.timeoutMs, mayFail: step.fails || step.expect !== undefined });
}

async function untilExpected(shell: PageShell, step: ShellStep): Promise<string | undefined> {
  const until = Date.now() + EXPECT_WITHIN_MS;
  for (;;) {
    const trouble = troubleOf(step, await runOnce(shell, step));
    if (trouble === undefined || Date.now() > until) return trouble;
    await sleep(1_000);
  }
}

function troubleOf({ fails, expect, timeoutMs }: ShellStep, { code, output }: Outcome): string | undefined {
  const printed = `It printed:\n${output.trimEnd() || '(nothing)'}`;
  if (code === undefined) return `It did not end within ${timeoutMs / 1_000} s. ${printed}`;
  if (fails && code === 0) return `It was expected to fail, and ended well. ${printed}`;
  if (!fails && code !== 0) return `It ended with ${code}. ${printed}`;
  if (expect !== undefined && !output.includes(expect)) return `It was expected to print "${expect}". ${printed}`;
  return undefined;
}

/** Waits for the expected text where there is one: whoever follows the page would, too. */
async function startBackground(shell: PageShell, step: ShellStep): Promise<string | undefined> {
  const job = await shell.start(step.script);
  if (step.expect === undefined) return undefined;
  for (const until = Date.now() + step.timeoutMs; Date.now() < until; await sleep(200)) {
    const code = await job.code();
    const output = await job.output();
    if (output.includes(step.expect)) return undefined;
    if (code !== undefined) return `It ended with ${code} before it printed "${step.expect}". It printed:\n${output}`;
  }
  return `It did not print "${step.expect}" within ${step.timeoutMs / 1_000} s. It printed:\n${await job.output()}`;
}

function titleOf(step: Step): string {
  return step.kind === 'code' ? `writes ${step.file}` : (step.script.split('\n')[0] ?? '').slice(0, 70);
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1_000).toFixed(1);
}
