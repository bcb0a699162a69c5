// Plants each bug in a copy of the tree and lets the simulation look for it.
import { Workshop } from '../mutants/workshop.js';
import type { SimMutant } from './mutants.js';
import { inLanes, runWorker } from './run-worker.js';

export interface Caught {
  readonly mutant: SimMutant;
  /** The run that caught it, and by what; undefined when none did. */
  readonly by: { readonly seed: number; readonly sentence: string } | undefined;
  readonly runs: number;
}

/** A bug that has not shown after so many runs is not caught. */
const MOST_RUNS = 600;
const COPIED = ['libs/event-store', 'tools/sim', 'tools/mutants', 'package.json', 'tsconfig.json'];

class SimWorkshop extends Workshop {
  static async open(): Promise<SimWorkshop> {
    return new SimWorkshop(await Workshop.copyOf(COPIED));
  }
}

/** @throws Error when a mutant's text is not in its file exactly once. */
export async function hunt(
  mutants: readonly SimMutant[],
  lanes: number,
  tell: (caught: Caught) => void,
): Promise<Caught[]> {
  const workshops = await Promise.all(Array.from({ length: lanes }, () => SimWorkshop.open()));
  try {
    return await inLanes(
      lanes,
      mutants.map((mutant) => async (lane) => {
        const caught = await huntOne(workshops[lane]!, mutant);
        tell(caught);
        return caught;
      }),
    );
  } finally {
    await Promise.all(workshops.map((workshop) => workshop.close()));
  }
}

async function huntOne(workshop: SimWorkshop, mutant: SimMutant): Promise<Caught> {
  const times = await workshop.occurrences(mutant);
  if (times !== 1)
    throw new Error(`Mutant ${mutant.key}: its text is ${times} times in ${mutant.file}, expected once. Adapt it.`);
  const { runs, found } = await workshop.with(mutant, () =>
    runWorker(workshop.folder, { from: 1, count: MOST_RUNS, mostFound: 1 }),
  );
  const [first] = found;
  return { mutant, runs, by: first && { seed: first.seed, sentence: first.sentences[0]! } };
}
