// Plants each bug in a copy of the tree and lets the simulation look for it.
import type { SimMutant } from './mutants.js';
import { portionsOf, type Portion } from './portions.js';
import { inLanes, runWorker } from './run-worker.js';
import type { SimWorkshop } from './sim-workshop.js';

export interface Caught {
  readonly mutant: SimMutant;
  /** The run that caught it, and by what; undefined when none did. */
  readonly by: { readonly seed: number; readonly sentence: string } | undefined;
  readonly runs: number;
}

/** A bug that has not shown after so many runs is not caught. */
const MOST_RUNS = 2_000;

/** One workshop for each that is to be hunted at a time. @throws Error when a mutant's text is not in its file exactly once. */
export function hunt(
  workshops: readonly SimWorkshop[],
  mutants: readonly SimMutant[],
  tell: (caught: Caught) => void = () => undefined,
): Promise<Caught[]> {
  return inLanes(
    workshops.length,
    mutants.map((mutant) => async (lane) => {
      const caught = await huntOne(workshops[lane]!, mutant);
      tell(caught);
      return caught;
    }),
  );
}

/** @throws Error when the mutant's text is not in its file exactly once. */
export async function checkText(workshop: SimWorkshop, mutant: SimMutant): Promise<void> {
  const times = await workshop.occurrences(mutant);
  if (times !== 1)
    throw new Error(`Mutant ${mutant.key}: its text is ${times} times in ${mutant.file}, expected once. Adapt it.`);
}

/** @throws Error when the mutant's text is not in its file exactly once. */
export async function huntOne(workshop: SimWorkshop, mutant: SimMutant): Promise<Caught> {
  await checkText(workshop, mutant);
  const { runs, found } = await workshop.with(mutant, () =>
    runWorker(workshop.worker, { portions: seedsFor(mutant), mostFound: 1 }),
  );
  const [first] = found;
  return { mutant, runs, by: first && { seed: first.seed, sentence: first.sentences[0]! } };
}

function* seedsFor({ seed }: SimMutant): Generator<Portion, void> {
  yield { from: seed, count: 1 };
  yield* portionsOf(1, MOST_RUNS);
}
