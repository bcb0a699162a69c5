import { ArrayMaxSize, IsArray, IsIn, IsInt, IsString, Length, Matches, Max, Min, validateSync } from 'class-validator';
import { expect, it } from 'vitest';
import { probesOf } from './probe-values.js';

/** What a check says of a value that is a field of a message. */
function by(...checks: readonly PropertyDecorator[]): (value: unknown) => boolean {
  class Message {
    readonly it: unknown;
  }
  for (const check of checks) check(Message.prototype, 'it');
  return (value) => validateSync(Object.assign(new Message(), { it: value })).length === 0;
}

/** The values that the one check takes and the other does not, found with the first alone: what a release would have recorded. */
function seen(sample: unknown, before: (value: unknown) => boolean, after: (value: unknown) => boolean): unknown[] {
  return probesOf(sample, {}, before).filter((value) => before(value) !== after(value));
}

it('both sides of a length are asked about, wherever it lies', () => {
  const asked = probesOf('reference', {}, by(Length(3, 17)));
  for (const length of [2, 3, 17, 18]) expect(asked).toContain('x'.repeat(length));
  const words = seen('reference', by(Length(3, 17)), by(Length(4, 16)));
  expect(words).toEqual(['xxx', 'x'.repeat(17)]);
});

it('both sides of a number are, and whether it is whole', () => {
  const asked = probesOf(50, {}, by(IsInt(), Min(5), Max(99)));
  for (const number of [4, 5, 99, 100, 50.5]) expect(asked).toContain(number);
  const beyond = seen(50, by(IsInt()), by(IsInt(), Max(2 ** 52)));
  expect(beyond).toEqual([2 ** 53, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER]);
});

it('every printable character is, as far as a text may be so long', () => {
  expect(seen('ref', by(Matches(/^[a-z.-]+$/)), by(Matches(/^[a-z-]+$/)))).toEqual(['-.abcdefghijklmnopqrstuvwxyz']);
  expect(seen('ref', by(Matches(/^[a-z]{1,3}$/)), by(Matches(/^[a-py]{1,3}$/)))).toContain('q');
  expect(seen('ref', by(Matches(/^[a-z]+$/)), by(Matches(/^[a-z+]+$/)))).toEqual(['+']);
});

it('every value of a list that the schema has is, and those of parts and of items', () => {
  const [few, fewer] = [by(IsIn(['me', 'you', 'him'])), by(IsIn(['me', 'you']))];
  expect(probesOf('me', { enum: ['me', 'you', 'him'] }, few).filter((value) => few(value) && !fewer(value))).toEqual([
    'him',
  ]);
  const names = (most: number) => by(IsArray(), ArrayMaxSize(most), IsString({ each: true }));
  expect(seen(['Ada'], names(7), names(6))).toEqual([Array(7).fill('Ada')]);
  const amount = (highest: number) => (value: unknown) =>
    by(IsInt(), Min(0), Max(highest))((value as { amount?: unknown } | null)?.amount);
  expect(seen({ amount: 5, unit: 'kg' }, amount(900), amount(899))).toEqual([{ amount: 900, unit: 'kg' }]);
});

it('no value is asked about twice', () => {
  const asked = probesOf('me', { enum: ['me', 'text'] }, by(IsString())).map((value) => JSON.stringify(value));
  expect(new Set(asked).size).toBe(asked.length);
});
