// Nothing starts on arguments that make no sense.
import { describe, expect, it } from 'vitest';
import { parseDemoArguments } from './arguments.js';

describe('the arguments of the demo', () => {
  it('are 25 orders on the postgres broker, for people to read, when nothing is said', () => {
    expect(parseDemoArguments([])).toEqual({ orders: 25, json: false, broker: 'postgres' });
  });

  it('are taken as they are given', () => {
    const given = ['--orders', '60', '--json', '--broker', 'kafka'];
    expect(parseDemoArguments(given)).toEqual({ orders: 60, json: true, broker: 'kafka' });
    expect(parseDemoArguments(['--orders=1'])).toMatchObject({ orders: 1 });
  });

  it.each(['0', '-1', '1.5', '1e3', 'many', '', '100001', '007', '٣'])('refuse --orders=%s', (orders) => {
    expect(() => parseDemoArguments([`--orders=${orders}`])).toThrow(/expected a whole number from 1 to 100000/);
  });

  it.each(['rabbit', 'memory', 'constructor', ''])('refuse --broker=%s and name those there are', (broker) => {
    expect(() => parseDemoArguments([`--broker=${broker}`])).toThrow(
      /the brokers of this version are: postgres, kafka\./,
    );
  });

  it.each([[['--order', '3']], [['25']], [['--orders']], [['--json=yes']]])(
    'refuse %j and say how it is used',
    (args) => {
      expect(() => parseDemoArguments(args)).toThrow(/Usage: npm run demo/);
    },
  );
});
