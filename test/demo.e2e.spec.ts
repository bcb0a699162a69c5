// `npm run demo` as people and programs run it.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isFree } from '../tools/kafka/ports.js';
import { eventually } from './support/eventually.js';
import { canStartKafka } from './support/kafka.js';

const RUN_WITHIN_MS = 240_000;

const brokers = [
  ['postgres', true],
  ['kafka', await canStartKafka()],
] as const;

describe('npm run demo', { timeout: RUN_WITHIN_MS }, () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nest-es-demo-test-'));
    await chmod(folder, 0o711); // the database may run as another user
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Files, but for the cache that tsx keeps, and Kafka where the demo said it was. */
  async function leftBehind({ stdout, stderr }: { stdout: string; stderr: string }): Promise<string[]> {
    const files = (await readdir(folder)).filter((name) => !name.startsWith('tsx-'));
    const port = /Kafka at 127\.0\.0\.1:(\d+)/.exec(stdout + stderr)?.[1];
    return port === undefined || (await isFree(Number(port))) ? files : [...files, `Kafka on port ${port}`];
  }

  function demo(...args: string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', join('tools', 'demo.ts'), ...args], {
      env: { ...process.env, TMPDIR: folder, KAFKA_BROKERS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, said, ended };
  }

  describe.each(brokers)('on %s', (broker, canBeHad) => {
    it.skipIf(!canBeHad)(
      'with 12 orders --json ends with one line of JSON without violations, and leaves nothing behind',
      async () => {
        const { said, ended } = demo('--orders', '12', '--json', '--broker', broker);
        const code = await ended;
        expect(code, said.stderr + said.stdout).toBe(0);
        expect(said.stdout.trim().split('\n')).toHaveLength(1);
        const summary = JSON.parse(said.stdout) as Record<string, unknown>;
        expect(summary).toEqual({
          broker,
          orders: 12,
          confirmed: expect.any(Number) as number,
          cancelled: 4,
          timedOut: 1,
          shipped: 2,
          refunded: expect.any(Number) as number,
          eventsAppended: expect.any(Number) as number,
          lost: 0,
          duplicated: 0,
          reordered: 0,
          violations: [],
          placedToConfirmedMs: { p50: expect.any(Number) as number, p99: expect.any(Number) as number },
        });
        // One order is cancelled while its payment is captured: whether it was confirmed before, and refunded after, is a race.
        expect([9, 10]).toContain(summary['confirmed']);
        expect([4, 5]).toContain(summary['refunded']); // the payment that came too late, too
        expect(said.stderr).toContain('payment.captured'); // the story of one order
        expect(await leftBehind(said)).toEqual([]);
      },
    );

    it.skipIf(!canBeHad)('leaves nothing behind when it is interrupted', async () => {
      const { child, said, ended } = demo('--orders', '500', '--broker', broker);
      await eventually(() => expect(said.stdout).toContain('Placing 500 orders'), { timeoutMs: 120_000 });
      child.kill('SIGINT');
      expect(await ended).toBe(1);
      expect(said.stderr).toContain('Interrupted by SIGINT.');
      expect(await leftBehind(said)).toEqual([]);
    });
  });

  it('refuses what it does not know with a sentence and exit code 1', async () => {
    const { said, ended } = demo('--broker', 'rabbit'); // the others are unit tests: a start takes seconds
    expect(await ended).toBe(1);
    expect(said.stderr.trim().split('\n')).toHaveLength(1);
    expect(said.stderr).toContain('--broker rabbit: the brokers of this version are: postgres, kafka.');
  });
});
