// I8: a difference between a read model and its rebuild is found, and told without telling what is in it.
import { expect, it } from 'vitest';
import { checkReplay, type ReadModelCopies, type ReadModelRow } from './index.js';

const row = (key: string, columns: Record<string, string | null>): ReadModelRow => ({ table: 'summary', key, columns });
const copies = (live: readonly ReadModelRow[], rebuilt: readonly ReadModelRow[]): ReadModelCopies => ({
  service: 'shop',
  readModel: 'summary@v1',
  position: 7n,
  live,
  rebuilt,
});
const [one, two] = [row('1', { name: 'Ann', total: '7' }), row('2', { name: null, total: '9' })];
const at = 'I8: shop: summary@v1 at position 7: row summary';

it.each<[string, ReadModelCopies, readonly string[]]>([
  ['nothing where both are the same, in whatever order', copies([one, two], [two, one]), []],
  ['a row that is missing', copies([one], [one, two]), [`${at} 2 is missing; a rebuild has it.`]],
  ['a row too many', copies([one, two], [one]), [`${at} 2 is served; a rebuild does not have it.`]],
  [
    'what differs',
    copies([one, row('2', { name: 'Bob', total: '8' })], [one, two]),
    [`${at} 2 differs from a rebuild in name, total.`],
  ],
  [
    'a column that one of them lacks',
    copies([row('1', { name: 'Ann' })], [one]),
    [`${at} 1 differs from a rebuild in total.`],
  ],
  ['a row that is there twice', copies([one, one], [one]), [`${at} 1 is there 2 times.`]],
])('I8 finds %s', (_what, both, sentences) => {
  expect(checkReplay([both]).map(({ sentence }) => sentence)).toEqual(sentences);
});
