// The command, and the short form of the mutant run: three bugs of different kinds. `npm run sim` plants all of them.
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explore } from './explore.js';
import { shop } from '../../libs/event-store/src/testing/simulation/shop/shop.js';
import { simulate } from '../../libs/event-store/src/testing/simulation/simulate.js';
import { hunt, type Caught } from './hunt.js';
import { mutants } from './mutants.js';
import { portionsOf } from './portions.js';
import { runWorker } from './run-worker.js';
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

  it('are found where the seed that caught them does not any more', { timeout: 60_000 }, async () => {
    const [noInbox] = mutants;
    const [{ by, runs }] = (await hunt(workshops, [{ ...noInbox!, seed: 1 }])) as [Caught];
    expect([by?.seed, runs]).toEqual([noInbox!.seed, noInbox!.seed + 1]);
  });

  // Workers carry what is ambient in a way of their own: promise-storage.ts.
  it(
    'are looked for in the very runs that a replay tells: as many steps, the same faults',
    { timeout: 60_000 },
    async () => {
      const [from, count] = [1, 20];
      const { runs, steps, faults } = await runWorker(workshops[0]!.worker, {
        portions: portionsOf(from, count, 7),
        mostFound: 1,
      });
      const told = { runs: 0, steps: 0, faults: {} as Record<string, number> };
      for (let seed = from; seed < from + count; seed += 1) {
        const outcome = await simulate(shop, { seed });
        told.runs += 1;
        told.steps += outcome.steps;
        for (const [kind, times] of Object.entries(outcome.faults))
          told.faults[kind] = (told.faults[kind] ?? 0) + times;
      }
      expect({ runs, steps, faults }).toEqual(told);
    },
  );

  it('whose text is not in its file any more are no mutants: the run says so', { timeout: 60_000 }, async () => {
    const gone = { ...mutants[0]!, find: 'a text that nobody wrote' };
    await expect(hunt(workshops, [gone])).rejects.toThrow(
      'Mutant no-inbox: its text is 0 times in libs/event-store/src/memory/memory-inbound-log.ts, expected once.',
    );
  });
});

describe('what a run of many seeds says', { timeout: 60_000 }, () => {
  const noInbox = mutants.find(({ key }) => key === 'no-inbox')!;
  let workshops: SimWorkshop[] = [];
  beforeAll(async () => {
    workshops = await SimWorkshop.open(1);
  }, 60_000);
  afterAll(() => Promise.all(workshops.map((workshop) => workshop.close())));

  async function exploring(schedules: number, planted: typeof mutants) {
    const [told, printed]: [string[], string[]] = [[], []];
    const [log, print] = [(line: string) => void told.push(line), (line: string) => void printed.push(line)];
    const code = await explore({ schedules, from: 1, json: true }, { workshops, planted, log, print });
    return { code, told: told.join('\n'), printed };
  }

  it('is one line of JSON, and 0, when nothing is wrong and each planted bug is caught', async () => {
    const { code, printed } = await exploring(5, [noInbox]);
    expect(printed).toHaveLength(1);
    const line = JSON.parse(printed[0]!) as object;
    expect(Object.keys(line)).toEqual(['schedules', 'violations', 'mutants', 'mutantsCaught', 'seconds']);
    expect(line).toMatchObject({ schedules: 5, violations: [], mutants: 1, mutantsCaught: 1 });
    expect(code).toBe(0);
  });

  it('is 1, and the seed to replay, when the engines are wrong', async () => {
    const { code, told, printed } = await workshops[0]!.with(noInbox, () => exploring(40, []));
    const { violations } = JSON.parse(printed[0]!) as { violations: string[] };
    const [, seed] = /^seed (\d+): I5: /.exec(violations[0]!)!;
    expect(told).toContain(`Replay it: npm run sim -- --seed ${seed}`);
    expect(code).toBe(1);
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
