// A process of its own that runs a stretch of seeds, in this tree or in a broken copy of it, and says on stdout what came of it.
import { shop } from '../../libs/event-store/src/testing/simulation/shop/shop.js';
import { simulate } from '../../libs/event-store/src/testing/simulation/simulate.js';
import { carryOnPromises } from './promise-storage.js';

/** Of one worker, one line of JSON. */
export interface WorkerReport {
  readonly runs: number;
  readonly steps: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly found: readonly { readonly seed: number; readonly sentences: readonly string[] }[];
}

const [from = 0, count = 0, mostFound = 1] = process.argv.slice(2).map(Number);
carryOnPromises();
Error.stackTraceLimit = 0; // every signal that is aborted would write one down

let escaped: string[] = [];
process.on('unhandledRejection', (error) => escaped.push(`I12: nobody awaited what failed with ${String(error)}.`));

let steps = 0;
let runs = 0;
const faults: Record<string, number> = {};
const found: { seed: number; sentences: string[] }[] = [];
for (let seed = from; seed < from + count && found.length < mostFound; seed += 1) {
  escaped = [];
  const outcome = await simulate(shop, { seed });
  const sentences = [...escaped, ...outcome.violations.map(({ sentence }) => sentence)];
  runs += 1;
  steps += outcome.steps;
  for (const [kind, times] of Object.entries(outcome.faults)) faults[kind] = (faults[kind] ?? 0) + times;
  if (sentences.length > 0) found.push({ seed, sentences });
}
const report: WorkerReport = { runs, steps, faults, found };
process.stdout.write(`${JSON.stringify(report)}\n`);
