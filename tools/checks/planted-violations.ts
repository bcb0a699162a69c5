// Proves that the dependency rules bite: a small tree breaks each of them, and every breach must be reported.
//
// The first line of a file of that tree says what it breaks (`// breaks: rule, rule`) or why it is allowed.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { runTool } from './run.js';

export const FIXTURE = 'test/fixtures/dependency-rules';
const CONFIG = resolve('.dependency-cruiser.cjs');

interface CruiseResult {
  readonly modules: ReadonlyArray<{ readonly source: string }>;
  readonly summary: {
    readonly violations: ReadonlyArray<{ readonly from: string; readonly rule: { readonly name: string } }>;
  };
}

/** Returns one sentence for each rule that does not bite, and for each that bites where it should not. */
export async function checkPlantedViolations(): Promise<string[]> {
  const { forbidden } = createRequire(import.meta.url)(CONFIG) as { forbidden: ReadonlyArray<{ name: string }> };
  const args = ['--config', CONFIG, '--output-type', 'json', 'apps', 'libs', 'tools'];
  const { stdout, stderr } = await runTool('dependency-cruiser', 'depcruise', args, { cwd: FIXTURE });
  if (!stdout.startsWith('{')) return [`dependency-cruiser did not run: ${stdout}${stderr}`];
  const { modules, summary } = JSON.parse(stdout) as CruiseResult;

  const planted = new Set<string>();
  for (const { source } of modules.filter((module) => /^(apps|libs|tools)\//.test(module.source))) {
    const firstLine = (await readFile(join(FIXTURE, source), 'utf8').catch(() => '')).split('\n')[0] ?? '';
    const rules = /^\/\/ breaks: (.+)$/.exec(firstLine)?.[1]?.split(', ') ?? [];
    for (const rule of rules) planted.add(`${source}: ${rule}`);
  }
  return judge(
    forbidden.map(({ name }) => name),
    planted,
    new Set(summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`)),
  );
}

export function judge(rules: readonly string[], planted: ReadonlySet<string>, reported: ReadonlySet<string>): string[] {
  const unplanted = rules.filter((rule) => ![...planted].some((breach) => breach.endsWith(`: ${rule}`)));
  return [
    ...unplanted.map((rule) => `${rule}: no file in ${FIXTURE} breaks this rule; plant one`),
    ...[...planted].filter((breach) => !reported.has(breach)).map((breach) => `${breach} was planted and not reported`),
    ...[...reported].filter((breach) => !planted.has(breach)).map((breach) => `${breach} was reported and not planted`),
  ];
}
