// `npm run sim [-- --schedules N --json | --seed N | --mutant NAME]`: explores, replays, or shows how a planted bug is caught.
import { availableParallelism } from 'node:os';
import { shop } from '../../libs/event-store/src/testing/simulation/shop/shop.js';
import { simulate } from '../../libs/event-store/src/testing/simulation/simulate.js';
import { parseSimArguments, type SimArguments } from './arguments.js';
import { explore, formatCaught } from './explore.js';
import { hunt } from './hunt.js';
import { mutants } from './mutants.js';
import { SimWorkshop } from './sim-workshop.js';

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
    return await (args.mutant === undefined ? exploreAll(args) : show(args.mutant));
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

function exploreAll(args: SimArguments): Promise<number> {
  const print = (line: string): void => console.log(line);
  const log = args.json ? (line: string): void => console.error(line) : print;
  return inWorkshops(availableParallelism(), (workshops) => explore(args, { workshops, planted: mutants, log, print }));
}

async function inWorkshops<T>(count: number, work: (workshops: readonly SimWorkshop[]) => Promise<T>): Promise<T> {
  const workshops = await SimWorkshop.open(count);
  try {
    return await work(workshops);
  } finally {
    await Promise.all(workshops.map((workshop) => workshop.close()));
  }
}
