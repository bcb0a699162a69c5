// The tests that guard against lost events must fail when the guard is taken away: each planted bug is caught by the test it is planted for.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { mutants } from './mutants/mutants.js';
import { TestWorkshop } from './mutants/workshop.js';

const RUN_WITHIN_MS = 240_000;

describe('planted bugs', { timeout: RUN_WITHIN_MS }, () => {
  let workshop: TestWorkshop;
  beforeAll(async () => {
    const url = inject('postgresUrl');
    if (url === '') throw new Error(`This test needs PostgreSQL. ${inject('postgresMissing')}`);
    workshop = await TestWorkshop.open(url);
  });
  afterAll(() => workshop.close());

  it('are caught by tests that pass as long as nothing is broken', async () => {
    const names = [...new Set(mutants.map(({ test }) => test))];
    const { passed, failed, output } = await workshop.test(
      mutants.map(({ spec }) => spec),
      names,
    );
    expect(failed, output).toEqual([]);
    expect([...passed].sort(), output).toEqual([...names].sort());
  });

  it.each(mutants.map((mutant) => [mutant.name, mutant] as const))('%s', async (_name, mutant) => {
    expect(await workshop.occurrences(mutant), `occurrences of "${mutant.find}" in ${mutant.file}`).toBe(1);
    const { failed, output } = await workshop.with(mutant, () => workshop.test([mutant.spec], [mutant.test]));
    expect(failed, output).toEqual([mutant.test]);
  });
});
