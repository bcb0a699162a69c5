// A process of its own that runs the seeds it is given, with sound engines or broken ones, and says on stdout what came of it.
import { shop } from '../../libs/event-store/src/testing/simulation/shop/shop.js';
import { simulate } from '../../libs/event-store/src/testing/simulation/simulate.js';
import type { Portion } from './portions.js';
import { carryOnPromises } from './promise-storage.js';

/** Of one worker, one line of JSON. */
export interface WorkerReport {
  readonly runs: number;
  readonly steps: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly found: readonly { readonly seed: number; readonly sentences: readonly string[] }[];
}

const mostFound = Number(process.argv[2]);
carryOnPromises();
Error.stackTraceLimit = 0; // every signal that is aborted would write one down

let escaped: string[] = [];
process.on('unhandledRejection', (error) => escaped.push(`I12: nobody awaited what failed with ${String(error)}.`));

let steps = 0;
let runs = 0;
const faults: Record<string, number> = {};
const found: { seed: number; sentences: string[] }[] = [];
for await (const seed of seeds()) {
  if (found.length >= mostFound) break;
  const outcome = await simulate(shop, { seed });
  const sentences = [...escaped, ...outcome.violations.map(({ sentence }) => sentence)];
  escaped = [];
  runs += 1;
  steps += outcome.steps;
  for (const [kind, times] of Object.entries(outcome.faults)) faults[kind] = (faults[kind] ?? 0) + times;
  if (sentences.length > 0) found.push({ seed, sentences });
}
const report: WorkerReport = { runs, steps, faults, found };
process.stdout.write(`${JSON.stringify(report)}\n`);
process.disconnect();

async function* seeds(): AsyncGenerator<number, void> {
  for (let portion = await ask(); portion !== 'done'; portion = await ask())
    for (let seed = portion.from; seed < portion.from + portion.count; seed += 1) yield seed;
}

/** Whoever started this process hands out what is to be run. */
function ask(): Promise<Portion | 'done'> {
  return new Promise((resolve) => {
    process.once('message', resolve);
    process.send!('next');
  });
}
