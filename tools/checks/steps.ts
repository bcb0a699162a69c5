// The checks of `npm run check`. Each returns what is wrong as text; empty text means: all is well.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkDocs } from '../docs/generate.js';
import { problemText } from '../docs/problem.js';
import { baselineOf } from '../events/baseline.js';
import { checkContracts } from '../events/contracts/index.js';
import { checkEventShapes } from '../events/shapes/index.js';
import { type Manifest, PAGE, checkDocumentedDependencies } from './documented-dependencies.js';
import { type Lockfile, checkLockfile } from './lockfile.js';
import { checkPlantedViolations } from './planted-violations.js';
import { PORTS_ONLY_ROOMS, THE_REAL_ONES, findAroundPorts } from './ports-only.js';
import { runTool } from './run.js';

export interface Step {
  readonly name: string;
  readonly run: () => Promise<string>;
  /** What it looked at beside the files, said behind its name. */
  readonly about?: () => string;
}

const SOURCES = ['apps', 'libs', 'templates', 'tools', 'test', 'examples'];

/** The slow ones first: they run side by side, on as many cores as there are. */
export const STEPS: readonly Step[] = [
  { name: 'types', run: () => tool('typescript', 'tsc', ['--noEmit', '-p', 'tsconfig.json']) },
  { name: 'lint', run: () => tool('oxlint', 'oxlint', ['--disable-nested-config', '--deny-warnings']) },
  { name: 'format', run: () => tool('prettier', 'prettier', ['--check', '--log-level', 'warn', '.']) },
  {
    name: 'dependencies',
    run: () => tool('dependency-cruiser', 'depcruise', ['--config', '.dependency-cruiser.cjs', ...SOURCES]),
  },
  { name: 'dependency rules bite', run: async () => (await checkPlantedViolations()).join('\n') },
  { name: 'docs', run: async () => problemText(await checkDocs()) },
  { name: 'stored events', run: async () => problemText(await checkEventShapes()), about: comparedWith },
  { name: 'released messages', run: releasedMessages, about: comparedWith },
  { name: 'time and ids through ports', run: portsOnly },
  {
    name: 'lock file',
    run: async () => checkLockfile(JSON.parse(await readFile('package-lock.json', 'utf8')) as Lockfile).join('\n'),
  },
  { name: 'dependencies documented', run: documentedDependencies },
];

async function tool(packageName: string, command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runTool(packageName, command, args);
  return code === 0 ? '' : `${stdout}${stderr}`.trim() || `${command} ended with ${code}`;
}

async function releasedMessages(): Promise<string> {
  const shallow = baselineOf('.')?.problem;
  return [...(shallow === undefined ? [] : [shallow]), problemText(await checkContracts())].filter(Boolean).join('\n');
}

function comparedWith(): string {
  return `compared with ${baselineOf('.')?.text ?? 'what lies here, because there is no git'}`;
}

async function documentedDependencies(): Promise<string> {
  const [manifest, page] = await Promise.all([readFile('package.json', 'utf8'), readFile(PAGE, 'utf8')]);
  return checkDocumentedDependencies(JSON.parse(manifest) as Manifest, page).join('\n');
}

async function portsOnly(): Promise<string> {
  const problems: string[] = [];
  for (const room of PORTS_ONLY_ROOMS) {
    for (const name of await readdir(room, { recursive: true }).catch(() => [])) {
      if (!name.endsWith('.ts') || name.endsWith('.spec.ts')) continue;
      const file = join(room, name);
      if (THE_REAL_ONES.includes(file)) continue;
      for (const { line, what } of findAroundPorts(file, await readFile(file, 'utf8'))) {
        problems.push(`${file}:${line} uses ${what}; take the Clock or the IdGenerator of core`);
      }
    }
  }
  return problems.join('\n');
}
