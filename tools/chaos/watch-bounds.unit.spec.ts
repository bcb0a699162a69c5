import { expect, it } from 'vitest';
import { sumOf } from './watch-bounds.js';

it('sums up all series of a metric, and no other metric of a longer name', () => {
  const text = '# TYPE waiting gauge\nwaiting{pool="a"} 2\nwaiting{pool="b c"} 3.5\nwaiting_total 9\nmemory 1e3\n';
  expect([sumOf(text, 'waiting'), sumOf(text, 'memory'), sumOf(text, 'none')]).toEqual([5.5, 1000, 0]);
});
