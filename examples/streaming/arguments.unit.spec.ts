import { describe, expect, it } from 'vitest';
import { parseStreamingArguments } from './arguments.js';

describe('the arguments of the streaming example', () => {
  it('choose the broker, which is postgres when nothing is said', () => {
    expect(parseStreamingArguments([])).toEqual({ broker: 'postgres' });
    expect(parseStreamingArguments(['--broker', 'kafka'])).toEqual({ broker: 'kafka' });
  });

  it.each(['--help', '-h'])('%s asks for help', (flag) => {
    expect(parseStreamingArguments([flag])).toBeUndefined();
  });

  it('refuse a broker that is none, and name those there are', () => {
    expect(() => parseStreamingArguments(['--broker=rabbit'])).toThrow(/are: postgres, kafka\./);
  });

  it.each([[['--what']], [['kafka']], [['--broker']]])('refuse %j and say how it is used', (args) => {
    expect(() => parseStreamingArguments(args)).toThrow(/Usage: npm run example streaming/);
  });
});
