// `npm start` in a folder of its own beside this one, for tests of what people meet there.
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { eventually } from './eventually.js';

export const START_WITHIN_MS = 120_000;

/** What a start reads; its data goes elsewhere, so that the test leaves ./data alone and may run beside it. */
const LINKED = ['libs', 'node_modules', 'package.json', 'package-lock.json', 'nest-cli.json', 'tsconfig.json'];

export interface Clone {
  readonly folder: string;
  /** Runs `work` with the screen beside a running `npm start`, then presses Ctrl-C; the exit code. */
  whileStarted(work: (screen: string) => Promise<void>, ...args: string[]): Promise<number | null>;
  remove(): Promise<void>;
}

/** With our apps, compiled (`buildOnce` before), or without any. */
export async function cloneForStart(apps: 'our-apps' | 'no-apps' = 'our-apps'): Promise<Clone> {
  const folder = await mkdtemp(join(tmpdir(), 'nest-es-start-'));
  await chmod(folder, 0o711); // the database may run as another user
  for (const name of apps === 'our-apps' ? [...LINKED, 'apps', 'dist'] : LINKED)
    await symlink(resolve(name), join(folder, name));
  await mkdir(join(folder, 'apps'), { recursive: true });
  return {
    folder,
    whileStarted: (work, ...args) => whileStarted(folder, work, args),
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

async function whileStarted(
  cwd: string,
  work: (screen: string) => Promise<void>,
  args: readonly string[],
): Promise<number | null> {
  const child = spawn(process.execPath, ['--import', 'tsx', resolve('tools', 'start.ts'), ...args], {
    cwd,
    env: { ...process.env, KAFKA_BROKERS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((done) => child.once('close', done));
  try {
    await eventually(
      () => {
        expect(child.exitCode, said).toBeNull();
        expect(said).toContain('Ctrl-C stops everything');
      },
      { timeoutMs: START_WITHIN_MS },
    );
    await work(said);
  } finally {
    child.kill('SIGINT');
    await ended;
  }
  expect(said).toContain('Stopped.');
  return ended;
}
