import { describe, expect, it } from 'vitest';
import { parseSimArguments } from './arguments.js';

describe('arguments of npm run sim', () => {
  it('explores ten thousand runs unless told otherwise', () => {
    expect(parseSimArguments([])).toEqual({
      schedules: 10_000,
      from: 1,
      seed: undefined,
      mutant: undefined,
      calls: false,
      json: false,
    });
    expect(parseSimArguments(['--schedules', '5', '--from', '7', '--json'])).toMatchObject({ schedules: 5, from: 7 });
  });

  it.each([
    [['--schedules', '0'], '--schedules 0: expected a whole number from 1 to'],
    [['--schedules', 'many'], '--schedules many: expected a whole number'],
    [['--seed', '-1'], "'--seed' argument is ambiguous"],
    [['--seed', '4294967296'], '--seed 4294967296: expected a whole number from 0 to 4294967295'],
    [['--seed', '1', '--schedules', '5'], '--seed replays one run: leave out'],
    [['--mutant', 'no-inbox', '--seed', '1'], '--mutant looks for one bug: leave out'],
    [['--calls'], '--calls goes with --seed'],
    [['--mutant', 'nobody'], '--mutant nobody: expected one of no-inbox, '],
    [['--speed', '9'], "Unknown option '--speed'"],
    [['now'], "Unexpected argument 'now'"],
  ])('refuses %j with a sentence', (args, sentence) => {
    expect(() => parseSimArguments(args)).toThrow(sentence);
  });
});
