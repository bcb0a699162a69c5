// `npm run chaos` as people and programs run it: a short storm on each broker, and what it refuses. Long ones run every night.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RECOVER_WITHIN_SECONDS } from '../tools/chaos/certificate.js';
import { eventually } from './support/eventually.js';
import { canStartKafka } from './support/kafka.js';

const RUN_WITHIN_MS = 300_000;
const kafka = await canStartKafka();

describe('npm run chaos', { timeout: RUN_WITHIN_MS }, () => {
  let folder: string;
  let running: { readonly child: ChildProcess; readonly ended: Promise<number | null> } | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nest-es-chaos-test-'));
    await chmod(folder, 0o711); // the database may run as another user
  });
  afterEach(async () => {
    running?.child.kill('SIGTERM'); // of a test that failed; one that has ended hears nothing
    await running?.ended;
    await rm(folder, { recursive: true, force: true });
  }, RUN_WITHIN_MS);

  function chaos(...args: string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', join('tools', 'chaos.ts'), ...args], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    running = { child, ended };
    return { child, said, ended };
  }

  /** But for the cache that tsx keeps. */
  async function leftBehind(): Promise<string[]> {
    return (await readdir(folder)).filter((name) => !name.startsWith('tsx-'));
  }

  /** Two storms are a minute of chaos for every change. What is planned comes from the seed alone. */
  const storms = [
    {
      broker: 'postgres',
      seed: 7,
      faults: {
        'connections-cut': 2,
        'postgres-fast': 1,
        'postgres-immediate': 1,
        'service-freeze': 1,
        'service-kill': 1,
        'service-restart': 2,
      },
      told: [
        /cut \d+ connections of payment-service/,
        /kill -9 of (order|payment)-service/,
        /PostgreSQL: stop -m immediate/,
      ],
    },
    {
      broker: 'kafka',
      seed: 8,
      faults: {
        'connections-cut': 1,
        'kafka-answers-lost': 1,
        'kafka-cut': 1,
        'kafka-half-open': 1,
        'postgres-kill': 1,
        'service-freeze': 1,
        'service-kill': 1,
        'service-restart': 1,
      },
      told: [
        /cut [1-9]\d* connections of order-service/,
        /service to Kafka resets its connections/,
        /service to Kafka lets requests through/,
        /service to Kafka lets nothing through/,
        /service reaches Kafka again; [1-9]\d* connections were hit/,
      ],
    },
  ].filter(({ broker }) => broker === 'postgres' || kafka);

  it.each(storms)('storms for 30 s on $broker, finds nothing wrong, and leaves nothing behind', async (storm) => {
    const { broker, seed, faults, told } = storm;
    const { said, ended } = chaos('--seed', String(seed), '--seconds', '30', '--broker', broker, '--json');
    expect(await ended, said.stderr + said.stdout).toBe(0);
    expect(said.stdout.trim().split('\n')).toHaveLength(1);
    const certificate = JSON.parse(said.stdout) as Record<string, unknown>;
    const { orders, recoverySeconds } = certificate as { orders: number; recoverySeconds: number };
    expect(certificate).toEqual({
      seed,
      seconds: 30,
      broker,
      faults,
      orders: expect.any(Number) as number,
      terminal: orders,
      lost: 0,
      duplicated: 0,
      reordered: 0,
      moneyDelta: 0,
      violations: [],
      recoverySeconds: expect.any(Number) as number,
    });
    expect(orders).toBeGreaterThan(60);
    // Twice as long as a calm machine may take: others may run beside.
    expect(recoverySeconds).toBeLessThan(2 * RECOVER_WITHIN_SECONDS);
    // Each fault as it happens, with the second.
    for (const line of told) expect(said.stderr).toMatch(new RegExp(`^ +\\d+\\.\\d s  .*${line.source}`, 'm'));
    expect(await leftBehind()).toEqual([]);
  });

  it('thaws, stops and removes everything when it is interrupted in the middle of a fault', async () => {
    const { child, said, ended } = chaos('--seed', '2', '--seconds', '15');
    await eventually(() => expect(said.stdout).toContain('SIGSTOP to'), { timeoutMs: 240_000 });
    child.kill('SIGINT');
    expect(await ended, said.stdout).toBe(1);
    expect(said.stderr).toContain('Interrupted by SIGINT.');
    expect(await leftBehind()).toEqual([]);
  });

  it('refuses what it does not know with a sentence and exit code 1', async () => {
    const { said, ended } = chaos('--seconds', '5'); // the others are unit tests: a start takes seconds
    expect(await ended).toBe(1);
    expect(said.stderr).toBe('--seconds 5: expected a whole number from 10 to 86400.\n');
  });
});
