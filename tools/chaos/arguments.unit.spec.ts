// Nothing starts on arguments that make no sense.
import { describe, expect, it } from 'vitest';
import { parseChaosArguments } from './arguments.js';

describe('the arguments of chaos', () => {
  it('are a minute on the postgres broker with any seed, for people to read, when nothing is said', () => {
    expect(parseChaosArguments([])).toEqual({
      seed: expect.any(Number) as number,
      seconds: 60,
      broker: 'postgres',
      json: false,
    });
  });

  it('are taken as they are given', () => {
    const given = ['--seed', '7', '--seconds', '120', '--broker', 'kafka', '--json'];
    expect(parseChaosArguments(given)).toEqual({ seed: 7, seconds: 120, broker: 'kafka', json: true });
  });

  it.each(['-1', '1.5', '1e3', 'x', '', '4294967296', '007'])('refuse --seed=%s', (seed) => {
    expect(() => parseChaosArguments([`--seed=${seed}`])).toThrow(
      `--seed ${seed}: expected a whole number from 0 to 4294967295.`,
    );
  });

  it.each(['9', '0', '-60', '60s', '86401', ''])('refuse --seconds=%s', (seconds) => {
    expect(() => parseChaosArguments([`--seconds=${seconds}`])).toThrow(/expected a whole number from 10 to 86400/);
  });

  it('refuse a broker nobody knows, and name those there are', () => {
    expect(() => parseChaosArguments(['--broker', 'rabbit'])).toThrow(
      /the brokers of this version are: postgres, kafka/,
    );
  });

  it.each([[['--sed', '3']], [['25']], [['--seed']], [['--json=yes']]])('refuse %j and say how it is used', (args) => {
    expect(() => parseChaosArguments(args)).toThrow(/Usage: npm run chaos/);
  });
});
