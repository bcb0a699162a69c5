import { describe, expect, it } from 'vitest';
import { readArguments, wholeNumber } from './arguments.js';

describe('the command line of a tool', () => {
  const options = { name: { type: 'string' }, loud: { type: 'boolean', default: false } } as const;

  it('is read as it is typed', () => {
    const { values } = readArguments({ args: ['--name', 'ann'], options }, ' Usage: it');
    expect(values).toEqual({ name: 'ann', loud: false });
  });

  it.each([[['--nane', 'ann']], [['ann']], [['--name']], [['--loud=yes']]])(
    'refuses %j in one sentence, and says how it is used',
    (args) => {
      expect(() => readArguments({ args, options }, ' Usage: it')).toThrow(/^[^.]+\. Usage: it$/);
    },
  );
});

describe('a whole number', () => {
  it('is taken up to both ends of its range', () => {
    expect(['4', '17', '4294967295'].map((text) => wholeNumber('--n', text, 4, 2 ** 32 - 1))).toEqual([
      4,
      17,
      2 ** 32 - 1,
    ]);
    expect(wholeNumber('--n', '0', 0, 9)).toBe(0);
  });

  it.each(['3', '11', '-5', '5.5', '5e0', '05', ' 5', '', '٥', 'many'])(
    'refuses %j and says what was expected',
    (text) => {
      expect(() => wholeNumber('--n', text, 4, 10)).toThrow(`--n ${text}: expected a whole number from 4 to 10.`);
    },
  );
});
