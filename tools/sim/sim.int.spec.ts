// The short form of the mutant run: three bugs of different kinds. `npm run sim` plants all of them.
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
