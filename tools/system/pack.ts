// Each service as one file of its own, for systems that are started again and again: to find and read the 2,500 files of a service takes
// more than half of its start. What is in it is what was compiled and what is installed, only in one place.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildOnce, entryOf } from './build.js';
import { lock } from './lock.js';
import { services, type ServiceName } from './services.js';

const FOLDER = join('dist', 'packed');
const MARK = join(FOLDER, '.source-hash');

/** How a packed service is run. Its traces name lines of the packed file, whose comments name the compiled one. */
export function packedCommand(service: ServiceName): readonly string[] {
  return [process.execPath, join(FOLDER, `${service}.mjs`)];
}

/** Builds, and packs what was built. Two calls at once share the work. @throws Error with the compiler's or the packer's output. */
export async function packOnce(log: (line: string) => void): Promise<void> {
  await buildOnce(log);
  if (await isPacked()) return;
  const unlock = await lock(join('dist', '.building'), (other) => log(`Waiting for process ${other} to pack …`));
  try {
    if (await isPacked()) return;
    await rm(FOLDER, { recursive: true, force: true });
    for (const service of services()) await pack(entryOf(service), FOLDER, `${service}.mjs`);
    await writeFile(MARK, await readFile(join('dist', '.source-hash')));
  } finally {
    await unlock();
  }
}

async function isPacked(): Promise<boolean> {
  const [built, packed] = await Promise.all(
    [join('dist', '.source-hash'), MARK].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return packed !== '' && packed === built;
}

/** Puts `entry`, compiled or not, and everything it imports into `folder`/`file`. Class names stay, because the injector and stored names need them. */
export async function pack(entry: string, folder: string, file: string): Promise<void> {
  const { build } = await import('vite'); // most starts find everything packed
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    resolve: { tsconfigPaths: true },
    ssr: { noExternal: true },
    build: {
      ssr: resolve(entry),
      outDir: resolve(folder),
      emptyOutDir: false,
      minify: false,
      target: 'node20',
      rolldownOptions: { output: { codeSplitting: false, entryFileNames: file, keepNames: true } },
    },
  });
}
