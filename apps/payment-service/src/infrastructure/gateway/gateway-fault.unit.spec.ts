// The script of the simulated gateway is read strictly: a typing error must not turn a trial into a run without troubles.
import { describe, expect, it } from 'vitest';
import { parseGatewayFaults } from './gateway-fault.js';

describe('GATEWAY_FAULTS', () => {
  it('is a script: each step is what happens to the next calls', () => {
    expect(parseGatewayFaults('')).toEqual([]);
    expect(parseGatewayFaults('error-500:2,slow:5000,timeout-after-success:1')).toEqual([
      { kind: 'error-500' },
      { kind: 'error-500' },
      { kind: 'slow', ms: 5000 },
      { kind: 'timeout-after-success' },
    ]);
  });

  it.each([
    'slow',
    'slow:',
    'slow:0',
    'slow:-1',
    'slow:1.5',
    'slow:60001',
    'slow:1e3',
    'slow:5000ms',
    'Slow:1',
    'fast:1',
    ' slow:1',
    'slow:1,',
    ',slow:1',
    'slow:1;slow:1',
    'error-500:101',
    'error-500:00001',
    'error-500',
    'timeout-after-success:1 ',
    'slow:1,bogus',
  ])('refuses %j', (text) => {
    expect(parseGatewayFaults(text)).toBeUndefined();
  });
});
