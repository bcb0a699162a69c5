import { expect, it } from 'vitest';
import { checkForgotten } from './check-forgotten.js';

const told = (...subjects: string[]) => checkForgotten('shop', { untoldSubjects: () => Promise.resolve(subjects) });

it('says nothing where everybody was told', async () => expect(await told()).toEqual([]));

it('calls somebody for those whose forgetting ended between its steps, and says how to go on', async () => {
  const [one] = await told('alice');
  expect(one).toMatchObject({ severity: 'problem', code: 'forget-unfinished' });
  expect(one!.sentence).toMatch(
    /^What forgot alice ended .* npm run es -- forget alice --context shop --reason '…'\.$/,
  );
  const [more] = await told('alice', 'bob', 'carol');
  expect(more!.sentence).toMatch(/^What forgot alice and 2 more ended/);
});
