// What keeps a system from being called at rest.
import { describe, expect, it } from 'vitest';
import { type DamageableSystem, healthySystem } from './healthy.fixture.js';
import { checkInvariants, checkLiveness, fingerprint, notAtRest } from './index.js';

type Plant = (system: DamageableSystem) => void;

describe('rest', () => {
  it.each<[string, Plant]>([
    ['a message is on its way', ({ bank }) => bank.inbound.splice(0, 1)],
    ['a subscription is behind', ({ bank }) => (bank.subscriptions[1]!.position = 1n)],
    [
      'a timer is due',
      ({ bank }) => bank.timers.unshift({ timerId: 't3', process: 'charge', id: 'b', name: 'n', dueInMs: -5 }),
    ],
    [
      'a record waits for its next attempt',
      ({ bank }) =>
        bank.setAside.push({
          subscription: 'charge',
          log: 'inbound',
          position: 2n,
          messageId: 'm1',
          type: 'x',
          key: 'a',
          status: 'waiting',
          attempts: 1,
          reason: 'no',
        }),
    ],
    [
      'a record comes next, because the one before it was discarded',
      ({ bank }) => {
        const row = { subscription: 'charge', log: 'inbound', messageId: 'm1', type: 'x', attempts: 0, reason: '' };
        bank.setAside.push(
          { ...row, position: 2n, key: 'b', status: 'parked' },
          { ...row, position: 4n, key: 'a', status: 'behind' },
          { ...row, position: 3n, key: 'a', status: 'behind' },
          { ...row, position: 5n, key: 'b', status: 'behind' },
        );
      },
    ],
  ])('is denied while %s, and the fingerprint tells', (_what, plant) => {
    const system = healthySystem();
    const before = fingerprint(system);
    expect(notAtRest(system)).toEqual([]);
    plant(system);
    expect(notAtRest(system)).toHaveLength(1);
    expect(fingerprint(system)).not.toBe(before);
  });

  it('is not denied by a record parked for good, nor by its successors', () => {
    const system = healthySystem();
    const row = {
      subscription: 'charge',
      log: 'inbound',
      messageId: 'm1',
      type: 'x',
      key: 'a',
      attempts: 3,
      reason: 'no',
    };
    system.bank.setAside.push({ ...row, position: 2n, status: 'parked' }, { ...row, position: 3n, status: 'behind' });
    expect(notAtRest(system)).toEqual([]);
  });
});

describe('an unreadable message', () => {
  const unreadable = {
    topic: 'shop.v1',
    partition: 0,
    offset: '2',
    key: 'b',
    reasonCode: 'not-json',
    detail: '',
    headers: {},
  };
  const withoutM2 = (resolution: 'replayed' | 'discarded' | undefined) => {
    const system = healthySystem();
    system.bank.inbound.splice(1, 1);
    system.bank.unreadable.push({ ...unreadable, resolution });
    return system;
  };

  it('is on its way no longer, and lost until an operator has decided about it', () => {
    expect(notAtRest(withoutM2(undefined))).toEqual([]);
    expect(checkInvariants(withoutM2(undefined)).map(({ sentence }) => sentence)).toEqual([
      'I5: bank could not read the message at shop.v1/0@2 (not-json).',
    ]);
    expect(checkInvariants(withoutM2('discarded'))).toEqual([]);
  });

  it('is expected in the inbox once an operator has replayed it', () => {
    expect(notAtRest(withoutM2('replayed'))).toEqual(['bank has yet to receive 1 messages']);
    expect(checkInvariants(withoutM2('replayed')).map(({ sentence }) => sentence)).toEqual([
      'I5: bank has not received shop.sale.made.v1 m2 of shop.v1.',
    ]);
  });
});

it('I15 finds what lags after the faults stopped, and nothing where nothing lags', () => {
  const system = healthySystem();
  expect(checkLiveness(system, 30_000)).toEqual([]);
  system.bank.subscriptions[1]!.position = 1n;
  expect(checkLiveness(system, 30_000)).toEqual([
    {
      invariant: 'I15',
      damage: 'unfinished',
      sentence: 'I15: bank: command-dispatch is at position 1 of outgoing (2), 30000 ms after the last fault.',
    },
  ]);
});
