// Compiles one service on every save of its sources, libraries included: `nest build --watch` with the tsc builder, into a folder of its own.
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServiceName } from '../system/services.js';

const FOLDER = join('dist', 'dev');

/** Compiled entry of a service under watch: apart from what `npm start` builds, so that neither deletes the other's files. */
export function devEntryOf(service: ServiceName): string {
  return join(FOLDER, service, 'apps', service, 'src', 'main.js');
}

export interface WatchListener {
  /** A save was noticed. */
  compiling(): void;
  /** The folder holds a whole build without errors. */
  built(): void;
  /** The build has errors: the folder holds the last good one. */
  broken(errors: number): void;
  /** A line of the compiler's, for people. */
  line(text: string): void;
  /** The compiler itself ended. */
  ended(code: number | null): void;
}

/** Returns what ends it. */
export async function watchBuild(service: ServiceName, listener: WatchListener): Promise<() => void> {
  const config = await writeConfig(service);
  const nest = join('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const args = [nest, 'build', service, '--watch', '--preserveWatchOutput', '--path', config];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => hear(line, listener));
  child.once('exit', (code) => listener.ended(code));
  return () => child.kill('SIGTERM');
}

function hear(line: string, listener: WatchListener): void {
  const found = /Found (\d+) errors?\. Watching for file changes/.exec(line)?.[1];
  if (found === '0') listener.built();
  else if (found !== undefined) listener.broken(Number(found));
  else if (/Starting (incremental )?compilation/.test(line)) listener.compiling();
  else if (line.trim() !== '') listener.line(line);
}

/** As the service's own, but a build with errors changes nothing: the process that runs keeps its files. */
async function writeConfig(service: ServiceName): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const file = join(FOLDER, `${service}.tsconfig.json`);
  const base = relative(FOLDER, join('apps', service, 'tsconfig.app.json'));
  const config = { extends: base, compilerOptions: { outDir: service, noEmitOnError: true } };
  await writeFile(file, JSON.stringify(config, null, 2));
  return file;
}
