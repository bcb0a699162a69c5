// Builds the services once per state of their sources: a hash of what goes in lies beside what came out.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lock } from './lock.js';
import { services, type ServiceName } from './services.js';

const INPUTS = ['apps', 'libs', 'nest-cli.json', 'tsconfig.json', 'package-lock.json'];

/** Compiled entry of a service. */
export function entryOf(service: ServiceName): string {
  return join('dist', 'apps', service, 'apps', service, 'src', 'main.js');
}

/** Returns once `dist` matches the sources. Two calls at once share one build. @throws Error with the compiler's output. */
export async function buildOnce(log: (line: string) => void): Promise<void> {
  const wanted = await hashOfSources();
  if (await isBuilt(wanted)) return;
  await mkdir('dist', { recursive: true });
  const unlock = await lock(join('dist', '.building'), (builder) =>
    log(`Waiting for the build of process ${builder} …`),
  );
  try {
    if (await isBuilt(wanted)) return;
    log('Building (once per change of the sources) …');
    // The compiler writes before it checks: a failed build must not pass for the last good one.
    await rm(join('dist', '.source-hash'), { force: true });
    await Promise.all(services().map((service) => compile(service)));
    await writeFile(join('dist', '.source-hash'), wanted);
  } finally {
    await unlock();
  }
}

async function isBuilt(wanted: string): Promise<boolean> {
  const built = await readFile(join('dist', '.source-hash'), 'utf8').catch(() => '');
  const entries = await Promise.all(
    services().map((service) =>
      access(entryOf(service)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return built === wanted && entries.every(Boolean);
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const input of INPUTS) await addTo(hash, input);
  return hash.digest('hex');
}

async function addTo(hash: ReturnType<typeof createHash>, path: string): Promise<void> {
  if (!(await stat(path)).isDirectory()) {
    if (!path.endsWith('.spec.ts')) hash.update(`${path}\0`).update(await readFile(path));
    return;
  }
  for (const name of (await readdir(path)).sort()) await addTo(hash, join(path, name));
}

function compile(service: ServiceName): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join('node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), 'build', service]);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`nest build ${service} failed:\n${output}`)),
    );
  });
}
