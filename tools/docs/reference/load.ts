// Loads the services' classes with their decorator metadata: Vite bundles them in half a second, Node imports the bundle.
// What came of it is kept under .cache until a source changes.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Tree } from '../tree.js';
import type { DescribedMetric, DescribedService, DescribedVariable } from './describe.js';
import type { CommandHelp } from './es-help.js';
import type * as Describe from './describe.js';
import { servicesOf, type ClassSource, type ServiceSource } from './services.js';

export interface Described {
  readonly platform: readonly DescribedVariable[];
  /** By the service's name. */
  readonly services: Readonly<Record<string, DescribedService>>;
  readonly metrics: readonly DescribedMetric[];
  readonly esHelp: readonly CommandHelp[];
}

export async function describeAll(tree: Tree): Promise<Described> {
  const cached = join(tree.root, '.cache', 'docs', `${hashOf(tree)}.json`);
  if (existsSync(cached)) return JSON.parse(await readFile(cached, 'utf8')) as Described;
  const [esHelp, classes] = await Promise.all([helpOfEs(tree.root), describeAnew(tree.root, servicesOf(tree))]);
  const described = { ...classes, esHelp };
  await rm(join(tree.root, '.cache', 'docs'), { recursive: true, force: true });
  await mkdir(join(tree.root, '.cache', 'docs'), { recursive: true });
  await writeFile(cached, JSON.stringify(described));
  return described;
}

/** Everything the classes can depend on; clients are made from what they say. */
function hashOf(tree: Tree): string {
  const hash = createHash('sha256').update(process.version);
  const sources = ['apps', 'libs', 'tools'].flatMap((folder) => [
    ...tree.files(folder, '.ts'),
    ...tree.files(folder, '.json'),
  ]);
  const isSource = (name: string) => !name.endsWith('.spec.ts') && !name.startsWith('libs/clients/');
  for (const path of [...sources.filter(isSource), 'package-lock.json', 'tsconfig.json']) {
    hash.update(`${path}\0`).update(tree.read(path) ?? '');
  }
  return hash.digest('hex').slice(0, 32);
}

async function describeAnew(root: string, services: readonly ServiceSource[]): Promise<Omit<Described, 'esHelp'>> {
  await mkdir(join(root, '.cache'), { recursive: true });
  // Inside the repository, so that the bundle finds its packages.
  const out = await mkdtemp(join(root, '.cache', 'docs-bundle-'));
  try {
    const load = await bundle(root, out, services);
    const { describeMetrics, describePlatform, describeService } = await load<typeof Describe>('describe');
    const described: Record<string, DescribedService> = {};
    for (const [index, { name, description, module, config }] of services.entries()) {
      described[name] = await describeService({
        name,
        description,
        module: (await load<Record<string, never>>(`module-${index}`))[module.name]!,
        config: config && (await load<Record<string, never>>(`config-${index}`))[config.name],
      });
    }
    return { platform: describePlatform(), services: described, metrics: describeMetrics() };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function helpOfEs(root: string): Promise<CommandHelp[]> {
  const script = join('tools', 'docs', 'reference', 'es-help.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], { cwd: root });
  return JSON.parse(stdout) as CommandHelp[];
}

async function bundle(root: string, out: string, services: readonly ServiceSource[]) {
  const input: Record<string, string> = { describe: resolve(root, 'tools/docs/reference/describe.ts') };
  const add = (name: string, source: ClassSource | undefined) => {
    if (source) input[name] = resolve(root, source.file);
  };
  for (const [index, { module, config }] of services.entries()) {
    add(`module-${index}`, module);
    add(`config-${index}`, config);
  }
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { tsconfigPaths: true },
    build: {
      ssr: true,
      target: 'node20',
      outDir: out,
      minify: false,
      rolldownOptions: { input, output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' } },
    },
  });
  return async <T>(name: string) =>
    (await import(/* @vite-ignore */ pathToFileURL(join(out, `${name}.mjs`)).href)) as T;
}
