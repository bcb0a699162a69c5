// The command, and the short form of the mutant run: three bugs of different kinds. `npm run sim` plants all of them.
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hunt } from './hunt.js';
import { mutants } from './mutants.js';
import { SimWorkshop } from './sim-workshop.js';

const SOME = ['no-inbox', 'two-sends', 'compensation-order'];

describe('planted bugs in the engines', () => {
  let workshops: SimWorkshop[] = [];
  beforeAll(async () => {
    workshops = await SimWorkshop.open(1);
  }, 60_000);
  afterAll(() => Promise.all(workshops.map((workshop) => workshop.close())));

  it('are caught by the simulation', { timeout: 120_000 }, async () => {
    const caught = await hunt(
      workshops,
      mutants.filter(({ key }) => SOME.includes(key)),
    );
    expect(caught.map(({ mutant, by }) => [mutant.key, by?.sentence.split(':', 1)[0]])).toEqual([
      ['no-inbox', 'I5'],
      ['two-sends', 'I4'],
      ['compensation-order', 'compensation'],
    ]);
  });

  it('whose text is not in its file any more are no mutants: the run says so', { timeout: 60_000 }, async () => {
    const gone = { ...mutants[0]!, find: 'a text that nobody wrote' };
    await expect(hunt(workshops, [gone])).rejects.toThrow(
      'Mutant no-inbox: its text is 0 times in libs/event-store/src/memory/memory-inbound-log.ts, expected once.',
    );
  });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function sim(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', 'tools/sim.ts', ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

describe('npm run sim', { timeout: 60_000 }, () => {
  it('replays a run by its seed: the same story again, told by time', async () => {
    const [first, second] = await Promise.all([sim('--seed', '35'), sim('--seed', '35')]);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^ +0\.000 {2}▲ sales#1\.1 starts\n/);
    expect(first.stdout).toMatch(/\n +\d+\.\d{3} {6}sales#1\.\d+ publishes sim\.sale\.made\.v1 of s1\n/);
    expect(first.stdout).toMatch(/\nSeed 35: \d+ steps, 0 violations\.\n$/);
    expect(second.stdout).toBe(first.stdout);
  });

  it('says in one sentence what is wrong with its arguments, and ends with 2', async () => {
    const { code, stdout, stderr } = await sim('--schedules', 'all');
    expect([code, stdout, stderr]).toEqual([2, '', '--schedules all: expected a whole number from 1 to 10000000.\n']);
  });
});
