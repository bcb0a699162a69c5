// The run without an end to look at: so many seeds, and every planted bug; what was found, with the command that replays it.
import { formatTable } from '../text/table.js';
import type { SimArguments } from './arguments.js';
import { checkText, huntOne, type Caught } from './hunt.js';
import type { SimMutant } from './mutants.js';
import { portionsOf } from './portions.js';
import { inLanes, runWorker } from './run-worker.js';
import type { SimWorkshop } from './sim-workshop.js';
import type { WorkerReport } from './worker.js';

/** Seeds with violations after which a lane ends: more tell nothing new. */
const MOST_FOUND = 20;
/** Seeds a worker is given at a time: few, so that no lane waits long for the other at the end. */
const PORTION = 50;

export interface Exploration {
  /** As many run side by side. */
  readonly workshops: readonly SimWorkshop[];
  readonly planted: readonly SimMutant[];
  readonly log: (line: string) => void;
  /** Takes the line of JSON. */
  readonly print: (line: string) => void;
}

/** Returns the exit code. */
export async function explore(
  { schedules, from, json }: Pick<SimArguments, 'schedules' | 'from' | 'json'>,
  { workshops, planted, log, print }: Exploration,
): Promise<number> {
  const began = Date.now();
  const lanes = workshops.length;
  log(`${schedules} runs from seed ${from} on, ${lanes} at a time, and ${planted.length} planted bugs.`);
  for (const mutant of planted) await checkText(workshops[0]!, mutant); // before anything runs
  const caught: Caught[] = [];
  const bugs = planted.map((mutant, index) => async (lane: number) => {
    const { by } = (caught[index] = await huntOne(workshops[lane]!, mutant));
    log(`${by ? 'caught' : 'NOT CAUGHT'}: ${mutant.name}`);
  });
  const portions = portionsOf(from, schedules, PORTION);
  const reports: WorkerReport[] = [];
  // A lane that finds no bug left to look for begins with the seeds, while another one still looks.
  const explorers = workshops.map(() => async (lane: number) => {
    reports.push(await runWorker(workshops[lane]!.worker, { portions, mostFound: MOST_FOUND }));
  });
  await inLanes<void>(lanes, [...bugs, ...explorers]);
  const found = reports.flatMap((report) => report.found).sort((a, b) => a.seed - b.seed);
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
  if (json) print(JSON.stringify(result));
  return violations.length === 0 && result.mutants === result.mutantsCaught ? 0 : 1;
}

export function formatCaught(caught: readonly Caught[]): string {
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
