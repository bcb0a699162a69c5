import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive } from '../../tools/postgres/process.js';
import { eventually } from '../../test/support/eventually.js';
import { canStartKafka } from '../../test/support/kafka.js';

const RUN_WITHIN_MS = 240_000;

const brokers = [
  ['postgres', true],
  ['kafka', await canStartKafka()],
] as const;

describe('npm run example streaming', { timeout: RUN_WITHIN_MS }, () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nest-es-example-test-'));
    await chmod(folder, 0o711); // the database may run as another user
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function run(...args: string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', 'tools/example.ts', 'streaming', ...args], {
      env: { ...process.env, TMPDIR: folder, KAFKA_BROKERS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group of its own, as in a terminal
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, said, ended };
  }

  /** Files, but for the cache that tsx keeps; programs that were started there, and members. */
  async function leftBehind({ stdout }: { stdout: string }): Promise<string[]> {
    const files = (await readdir(folder)).filter((name) => !name.startsWith('tsx-'));
    const { stdout: all } = await promisify(execFile)('ps', ['-A', '-o', 'args']);
    const programs = all.split('\n').filter((line) => line.includes(folder));
    const members = [...stdout.matchAll(/\(process (\d+)\)/g)].filter(([, pid]) => isAlive(Number(pid)));
    return [...files, ...programs, ...members.map(([text]) => text)];
  }

  describe.each(brokers)('on %s', (broker, canBeHad) => {
    it.skipIf(!canBeHad)(
      'kills a member, loses nothing, keeps the order of every key, and leaves nothing behind',
      async () => {
        const { said, ended } = run('--broker', broker);
        expect(await ended, said.stderr + said.stdout).toBe(0);
        expect(said.stdout).toMatch(/A reads partitions \d and \d: .*\n {2}B reads partitions \d and \d: /);
        expect(said.stdout).toContain('A is killed (kill -9)');
        const rows = said.stdout.matchAll(/^parcel-\d+ +(\d) +(\d+) +(\d+) +(\d+) {2}(\w+) +(.*)$/gm);
        const keys = [...rows].map(([, partition, sent, received, repeats, inOrder, handled]) => {
          return { partition, lost: Number(sent) - Number(received), repeats: Number(repeats), inOrder, handled };
        });
        expect(keys.map(({ partition }) => partition)).toEqual(['0', '0', '1', '1', '2', '2', '3', '3']);
        for (const key of keys) {
          expect(key).toMatchObject({ lost: 0, inOrder: 'yes', handled: expect.stringMatching(/B [\d-]+$/) as string });
        }
        expect(keys.filter(({ handled }) => handled!.includes('A '))).not.toHaveLength(0);
        // The message that was handled when its member was killed comes again.
        expect(keys.reduce((sum, { repeats }) => sum + repeats, 0)).toBeGreaterThan(0);
        expect(said.stdout).toContain('Nothing is lost.\nEvery key is in order.\n');
        expect(await leftBehind(said)).toEqual([]);
      },
    );

    it.skipIf(!canBeHad)('leaves nothing behind after Ctrl-C, which all its processes hear', async () => {
      const { child, said, ended } = run('--broker', broker);
      await eventually(() => expect(said.stdout).toContain('B reads partitions'), { timeoutMs: 120_000 });
      process.kill(-child.pid!, 'SIGINT');
      expect(await ended).toBe(1);
      expect(said.stderr).toContain('Interrupted by SIGINT.');
      expect(await leftBehind(said)).toEqual([]);
    });
  });

  it('refuses what it does not know with a sentence and exit code 1', async () => {
    const { said, ended } = run('--broker', 'rabbit');
    expect(await ended).toBe(1);
    expect(said).toEqual({
      stdout: '',
      stderr: '--broker rabbit: the brokers of this version are: postgres, kafka.\n',
    });
  });

  it('explains itself with --help and starts nothing', async () => {
    const { said, ended } = run('--help');
    expect(await ended).toBe(0);
    expect(said.stdout).toContain('Usage: npm run example streaming [-- --broker postgres|kafka]');
    expect(said.stdout).not.toContain('Starting');
  });
});
