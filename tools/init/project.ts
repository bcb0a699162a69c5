// What the project is called now. There is no marker file: package.json and tsconfig.json are the memory.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

export interface Project {
  readonly root: string;
  readonly name: string;
  readonly description: string;
  /** `app` where libraries are imported as `@app/kernel`. */
  readonly scope: string;
  /** Text files that belong to the project, from the root, with `/`; lock file and binaries left out. */
  readonly texts: ReadonlyMap<string, string>;
  /** Scopes of all installed packages. */
  readonly packageScopes: ReadonlySet<string>;
}

const LOCK_FILE = 'package-lock.json';
const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'data', '.cache', 'coverage']);

/** @throws Error when it is not the starter, or no longer looks like it */
export function readProject(root: string): Project {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    name: string;
    description?: string;
  };
  const texts = new Map<string, string>();
  for (const file of filesOf(root)) {
    const text = file === LOCK_FILE || !existsSync(join(root, file)) ? '\0' : readFileSync(join(root, file), 'utf8');
    if (!text.includes('\0')) texts.set(file, text);
  }
  const lockFile = existsSync(join(root, LOCK_FILE)) ? readFileSync(join(root, LOCK_FILE), 'utf8') : '';
  const packageScopes = new Set([...lockFile.matchAll(/node_modules\/@([^/"]+)\//g)].map(([, scope]) => scope!));
  return {
    root,
    name: manifest.name,
    description: manifest.description ?? '',
    scope: scopeOf(root),
    texts,
    packageScopes,
  };
}

/** The source file that says `@scope` already as a word of its own, or the package that comes from there. Prose may use it as an example. */
export function whoSays(scope: string, { scope: own, texts, packageScopes }: Project): string | undefined {
  if (scope === own) return undefined;
  if (packageScopes.has(scope)) return 'an installed package';
  const word = scopeWord(scope);
  for (const [file, text] of texts) if (!file.endsWith('.md') && word.test(text)) return file;
  return undefined;
}

/** `@scope`, but not the end of an address, nor the beginning of a longer word. Without the flag `g`, so that it has no memory. */
export function scopeWord(scope: string): RegExp {
  return new RegExp(`(?<![\\w@/.-])@${scope}(?![\\w-])`);
}

function scopeOf(root: string): string {
  const file = join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as {
    config?: { compilerOptions?: { paths?: Record<string, unknown> } };
  };
  const scopes = Object.keys(config?.compilerOptions?.paths ?? {}).map(
    (path) => /^@([^/]+)\/event-store$/.exec(path)?.[1],
  );
  const scope = scopes.find((found) => found !== undefined);
  if (scope === undefined)
    throw new Error(`${file}: expected a path '@…/event-store', came none. Is this the starter?`);
  return scope;
}

/** Those git knows or would take; without git, as in a downloaded archive, those that are there. */
function filesOf(root: string): string[] {
  if (!existsSync(join(root, '.git'))) return walk(root, '');
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return [...new Set(listed.split('\0').filter((file) => file !== ''))].sort();
}

function walk(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.has(name))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) return walk(root, path);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}
