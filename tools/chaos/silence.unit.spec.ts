import { expect, it } from 'vitest';
import { checkSilence, type Listened } from './silence.js';

const at = (atMs: number, live: number | undefined, isServing = true): Listened => ({ atMs, live, isServing });
const told = (...samples: Listened[]) => checkSilence('a', samples, 10).map(({ sentence }) => sentence);

it('finds a process that serves and does not answer for long, once', () => {
  expect(told(at(0, 200), at(5, undefined), at(10, undefined), at(15, undefined), at(20, undefined))).toEqual([
    'I14: a serves, and has said nothing from 5 ms to 15 ms.',
  ]);
});

it('does not accuse one that answers now and then, or that was killed, frozen or asked to stop', () => {
  expect(told(at(0, undefined), at(9, 503), at(18, undefined), at(27, 200))).toEqual([]);
  expect(told(at(0, undefined), at(9, undefined, false), at(18, undefined), at(27, 200))).toEqual([]);
});
