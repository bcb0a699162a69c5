import { expect, it } from 'vitest';
import { Ambient, carrying } from './ambient.js';

const colour = new Ambient<string>();

it('a callback carries what was there when it was made, whoever calls it later', () => {
  const seen: (string | undefined)[] = [];
  const made = colour.run('red', () => carrying(() => seen.push(colour.current)));
  colour.run('blue', () => {
    made();
    seen.push(colour.current);
  });
  carrying(() => seen.push(colour.current))();
  expect(seen).toEqual(['red', 'blue', undefined]);
});

it('a callback that was made where nothing is carried carries nothing', () => {
  const seen: (string | undefined)[] = [];
  const made = carrying(() => seen.push(colour.current));
  colour.run('blue', made);
  expect(seen).toEqual([undefined]);
});
