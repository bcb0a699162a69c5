// `npm run sim [-- --schedules N --json | --seed N | --mutant NAME]`: explores, replays, or shows how a planted bug is caught.
import { availableParallelism } from 'node:os';
import { shop } from '../../libs/event-store/src/testing/simulation/shop/shop.js';
import { simulate } from '../../libs/event-store/src/testing/simulation/simulate.js';
import { formatTable } from '../text/table.js';
import { parseSimArguments, type SimArguments } from './arguments.js';
import { hunt, type Caught } from './hunt.js';
import { mutants } from './mutants.js';
import { inLanes, runWorker } from './run-worker.js';
import { SimWorkshop } from './sim-workshop.js';

/** Seeds with violations after which a lane ends: more tell nothing new. */
const MOST_FOUND = 20;

/** Returns the exit code: 0 all is well, 1 something was found or not caught, 2 it was asked wrongly. */
export async function main(argv: readonly string[]): Promise<number> {
  let args: SimArguments;
  try {
    args = parseSimArguments(argv);
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  try {
    if (args.seed !== undefined) return await replay(args.seed, args.calls);
    return await (args.mutant === undefined ? explore(args) : show(args.mutant));
  } catch (error) {
    console.error((error as Error).message); // a mutant whose text is gone, or a worker that ended
    return 1;
  }
}

async function replay(seed: number, calls: boolean): Promise<number> {
  process.stdout.on('error', () => process.exit(0)); // whoever reads has read enough, as `head` does
  const { violations, steps } = await simulate(shop, { seed, calls, listener: (line) => console.log(line) });
  console.log(`\nSeed ${seed}: ${steps} steps, ${violations.length} violations.`);
  for (const { sentence } of violations) console.log(`  - ${sentence}`);
  return violations.length === 0 ? 0 : 1;
}

async function show(key: string): Promise<number> {
  const caught = await inWorkshops(1, (workshops) =>
    hunt(
      workshops,
      mutants.filter((mutant) => mutant.key === key),
    ),
  );
  console.log(formatCaught(caught));
  return caught.every(({ by }) => by) ? 0 : 1;
}

async function explore({ schedules, from, json }: SimArguments): Promise<number> {
  const log = (line: string): void => (json ? console.error(line) : console.log(line));
  const began = Date.now();
  const lanes = availableParallelism();
  log(`${schedules} runs from seed ${from} on, ${lanes} at a time, and ${mutants.length} planted bugs.`);
  const share = Math.ceil(schedules / lanes);
  const { caught, reports } = await inWorkshops(lanes, async (workshops) => ({
    caught: await hunt(workshops, mutants, ({ mutant, by }) => log(`${by ? 'caught' : 'NOT CAUGHT'}: ${mutant.name}`)),
    reports: await inLanes(
      lanes,
      workshops.map(({ folder }, lane) => () => {
        const count = Math.max(0, Math.min(share, schedules - lane * share));
        return runWorker(folder, { from: from + lane * share, count, mostFound: MOST_FOUND });
      }),
    ),
  }));
  const found = reports.flatMap((report) => report.found);
  const violations = found.flatMap(({ seed, sentences }) => sentences.map((sentence) => `seed ${seed}: ${sentence}`));
  const result = {
    schedules: reports.reduce((sum, { runs }) => sum + runs, 0),
    violations,
    mutants: caught.length,
    mutantsCaught: caught.filter(({ by }) => by).length,
    seconds: Math.round((Date.now() - began) / 100) / 10,
  };
  log(`\n${formatCaught(caught)}`);
  log(`\n${result.schedules} runs in ${result.seconds} s, faults: ${faultsOf(reports)}`);
  for (const { seed, sentences } of found)
    log(`\nSeed ${seed}: ${sentences.join('\n  ')}\n  Replay it: npm run sim -- --seed ${seed}`);
  if (json) console.log(JSON.stringify(result));
  return violations.length === 0 && result.mutants === result.mutantsCaught ? 0 : 1;
}

async function inWorkshops<T>(count: number, work: (workshops: readonly SimWorkshop[]) => Promise<T>): Promise<T> {
  const workshops = await SimWorkshop.open(count);
  try {
    return await work(workshops);
  } finally {
    await Promise.all(workshops.map((workshop) => workshop.close()));
  }
}

function formatCaught(caught: readonly Caught[]): string {
  const rows = caught.map(({ mutant, by, runs }): [string, string, string, string] => [
    mutant.key,
    mutant.name,
    by ? `seed ${by.seed}` : `not in ${runs} runs`,
    by ? by.sentence.slice(0, 90) : 'NOT CAUGHT',
  ]);
  return formatTable(['planted bug', 'what it is', 'caught by', 'because'], rows);
}

function faultsOf(reports: readonly { readonly faults: Readonly<Record<string, number>> }[]): string {
  const sums = new Map<string, number>();
  for (const { faults } of reports)
    for (const [kind, times] of Object.entries(faults)) sums.set(kind, (sums.get(kind) ?? 0) + times);
  return [...sums].map(([kind, times]) => `${times} ${kind}`).join(', ');
}
