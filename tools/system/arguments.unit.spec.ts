// `npm start` starts nothing on arguments that make no sense.
import { describe, expect, it } from 'vitest';
import { parseStartArguments } from './arguments.js';

const parse = (...args: string[]) => parseStartArguments(args, 'npm start');

describe('the arguments of npm start', () => {
  it('choose the broker, and postgres when nothing is said', () => {
    expect(parse()).toEqual({ broker: 'postgres' });
    expect(parse('--broker', 'kafka')).toEqual({ broker: 'kafka' });
    expect(parse('--broker=postgres')).toEqual({ broker: 'postgres' });
  });

  it.each(['rabbit', 'memory', 'constructor', ''])('refuse --broker=%s and name those there are', (broker) => {
    expect(() => parse(`--broker=${broker}`)).toThrow(
      `--broker ${broker}: the brokers of this version are: postgres, kafka.`,
    );
  });

  it.each([['--brokers=kafka'], ['kafka'], ['--broker']])('refuse %s and say how it is used', (argument) => {
    expect(() => parse(argument)).toThrow(/^.+\. Usage: npm start \[-- --broker postgres\|kafka\]$/);
  });
});
