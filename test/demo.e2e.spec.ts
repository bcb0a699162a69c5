// `npm run demo` as people and programs run it.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.js';

const RUN_WITHIN_MS = 240_000;

describe('npm run demo', { timeout: RUN_WITHIN_MS }, () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nest-es-demo-test-'));
    await chmod(folder, 0o711); // the database may run as another user
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** tsx keeps its cache among temporary files. */
  const leftBehind = async (): Promise<string[]> => (await readdir(folder)).filter((name) => !name.startsWith('tsx-'));

  function demo(...args: string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', join('tools', 'demo.ts'), ...args], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, said, ended };
  }

  it('with 12 orders --json ends with one line of JSON without violations, and leaves nothing behind', async () => {
    const { said, ended } = demo('--orders', '12', '--json');
    const code = await ended;
    expect(code, said.stderr + said.stdout).toBe(0);
    expect(said.stdout.trim().split('\n')).toHaveLength(1);
    const summary = JSON.parse(said.stdout) as Record<string, unknown>;
    expect(summary).toEqual({
      broker: 'postgres',
      orders: 12,
      confirmed: expect.any(Number) as number,
      cancelled: 3,
      shipped: 3,
      refunded: expect.any(Number) as number,
      eventsAppended: expect.any(Number) as number,
      lost: 0,
      duplicated: 0,
      reordered: 0,
      violations: [],
      placedToConfirmedMs: { p50: expect.any(Number) as number, p99: expect.any(Number) as number },
    });
    // One order is cancelled while its payment is captured: whether it was confirmed before, and refunded after, is a race.
    expect([10, 11]).toContain(summary['confirmed']);
    expect([3, 4]).toContain(summary['refunded']);
    expect(said.stderr).toContain('payment.captured'); // the story of one order
    expect(await leftBehind()).toEqual([]);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const { child, said, ended } = demo('--orders', '500');
    await eventually(() => expect(said.stdout).toContain('Placing 500 orders'), { timeoutMs: 120_000 });
    child.kill('SIGINT');
    expect(await ended).toBe(1);
    expect(said.stderr).toContain('Interrupted by SIGINT.');
    expect(await leftBehind()).toEqual([]);
  });

  it.each([
    [['--orders', '0'], '--orders 0: expected a whole number from 1 to 100000.'],
    [['--broker', 'kafka'], '--broker kafka: the brokers of this version are: postgres.'],
    [['--what'], "Unknown option '--what'. Usage: npm run demo"],
  ])('refuses %j with a sentence and exit code 1', async (args, sentence) => {
    const { said, ended } = demo(...args);
    expect(await ended).toBe(1);
    expect(said.stderr.trim().split('\n')).toHaveLength(1);
    expect(said.stderr).toContain(sentence);
  });
});
