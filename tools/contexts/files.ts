// The files of a repository as the tools for contexts see them: those that people write, by their paths from the root.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'data', '.cache', 'coverage']);

/** Below a folder (or the file itself), recursively, sorted; none when it is not there. */
export function filesBelow(root: string, path = ''): string[] {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (!found) return [];
  if (!found.isDirectory()) return [path];
  return readdirSync(join(root, path))
    .filter((name) => !NOT_OURS.has(name))
    .sort()
    .flatMap((name) => filesBelow(root, path === '' ? name : `${path}/${name}`));
}

/** Whether the path is one of these, or lies below one of them. */
export function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** Where regions of contexts may stand (see regions.ts). */
export function filesWithRegions(root: string): string[] {
  const places = [
    '.ci',
    '.env.example',
    '.github',
    'docs',
    'docker-compose.yml',
    'libs/contracts/src/index.ts',
    'tools/bench.ts',
    'tools/compose',
    'tools/fuzz/main.ts',
  ];
  const pages = [...readdirSync(root), ...filesBelow(root, 'apps'), ...filesBelow(root, 'examples')];
  const all = [...places.flatMap((place) => filesBelow(root, place)), ...pages.filter((path) => path.endsWith('.md'))];
  return all.filter((path) => !/\.(png|ico|svg|json)$/.test(path)).sort();
}
