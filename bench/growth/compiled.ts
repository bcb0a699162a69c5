// A module of the bench compiled to JavaScript, as services are: a process that compiles while it runs keeps the compiler in memory.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';

const FOLDER = '.cache/bench-compiled';

/** @returns the compiled file of `source`, a path from the root of the tree. */
export async function compiled(source: string): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const config = join(FOLDER, 'tsconfig.json');
  const root = relative(FOLDER, '.');
  const compilerOptions = { noEmit: false, noCheck: true, incremental: false, outDir: '.', rootDir: root };
  const content = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions,
    include: [],
    files: [join(root, source)],
  };
  await writeFile(config, JSON.stringify(content));
  await promisify(execFile)(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', config]);
  return join(FOLDER, source.replace(/\.ts$/, '.js'));
}
