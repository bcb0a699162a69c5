// `npx tsx tools/checks/installed-size.ts`: fails when too much is installed, for development or in production. Run by CI after `npm ci`.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

export interface Size {
  readonly packages: number;
  /** Of the contents of all files: the same on every file system, unlike the blocks that `du` counts. */
  readonly bytes: number;
}

interface Limit {
  readonly flags: readonly string[];
  readonly packages: number;
  /** In units of 1,000,000 bytes. */
  readonly megabytes: number;
}

export const LIMITS: readonly Limit[] = [
  { flags: [], packages: 600, megabytes: 450 },
  { flags: ['--omit=dev'], packages: 600, megabytes: 140 },
];

export async function measure(nodeModules: string): Promise<Size> {
  const entries = await readdir(nodeModules, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  // `path` is what Node 20.19 calls it; newer ones have only `parentPath`.
  const paths = files.map((file) => join(file.parentPath ?? file.path, file.name));
  let bytes = 0;
  for (const path of paths) bytes += (await stat(path)).size;
  return { packages: paths.filter((path) => PACKAGE.test(path)).length, bytes };
}

/** node_modules/name/package.json or node_modules/@scope/name/package.json, at any depth. */
const PACKAGE = /node_modules[\\/](@[^\\/]+[\\/])?[^\\/.][^\\/]*[\\/]package\.json$/;

/** What is wrong, as a sentence; undefined when the size is within the limit. */
export function judge({ packages, bytes }: Size, limit: Limit): string | undefined {
  const command = ['npm ci', ...limit.flags].join(' ');
  if (packages < limit.packages && bytes < limit.megabytes * 1e6) return undefined;
  return `${command} installs ${describe({ packages, bytes })}; fewer than ${limit.packages} packages and ${limit.megabytes} MB were expected. See docs/explanation/dependencies.md.`;
}

export function describe({ packages, bytes }: Size): string {
  return `${packages} packages, ${Math.round(bytes / 1e6)} MB`;
}

async function production(flags: readonly string[]): Promise<Size> {
  const scratch = await mkdtemp(join(tmpdir(), 'installed-size-'));
  try {
    for (const file of ['.npmrc', 'package.json', 'package-lock.json']) await cp(file, join(scratch, file));
    const all = ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', ...flags];
    await promisify(execFile)('npm', all, { cwd: scratch });
    return await measure(join(scratch, 'node_modules'));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  for (const limit of LIMITS) {
    // What `npm ci` gives is here already: it was run to have this tool.
    const size = await (limit.flags.length === 0 ? measure('node_modules') : production(limit.flags));
    const problem = judge(size, limit);
    console.log(problem ?? `${['npm ci', ...limit.flags].join(' ')}: ${describe(size)}`);
    if (problem !== undefined) process.exitCode = 1;
  }
}

if (pathToFileURL(resolve(process.argv[1] ?? '')).href === import.meta.url) await main();
