// I5 for processes: each kind of damage is found, with the ids that a person needs.
import { expect, it } from 'vitest';
import { type DamageableSystem, healthySystem } from './healthy.fixture.js';
import { checkInvariants } from './index.js';

type Plant = (bank: DamageableSystem['bank']) => unknown;
const rejection = (bank: DamageableSystem['bank']) => bank.inbound[3]!;
const timer = (bank: DamageableSystem['bank']) => bank.inbound[4]!;

it.each<[string, Plant, readonly string[]]>([
  [
    'a placeholder that was committed',
    ({ processes }) => (processes[0]!.status = 'new'),
    ['process charge/a is new, expected running or completed.'],
  ],
  [
    'a state without a version',
    ({ processes }) => (processes[0]!.stateVersion = 0),
    ['process charge/a has state version 0.'],
  ],
  [
    'a timer that fired and was kept',
    ({ timers }) => (timers[0]!.timerId = 't1'),
    ['timer deadline t1 of charge/a has fired, and is to fire again.'],
  ],
  [
    'a timer of no process',
    ({ timers }) => (timers[0]!.id = 'z'),
    ['timer deadline t2 of charge/z is for a process that does not exist.'],
  ],
  [
    'a record from no topic that is no signal',
    (bank) => (timer(bank).type = 'shop.sale.made.v1'),
    ['shop.sale.made.v1 t1 came from no topic, and is no signal.'],
  ],
  [
    'a signal under the key of another process',
    (bank) => (timer(bank).key = 'charge/b'),
    ['process.timer t1 is for charge/a, and has the key charge/b.'],
  ],
  [
    'a signal for a process that is not there',
    ({ processes, timers }) => [processes.shift(), timers.shift()],
    ['process.timer t1 is for process charge/a, which does not exist.'],
  ],
  [
    'a rejection nobody told the process',
    (bank) => (rejection(bank).type = 'process.timer'),
    ['Charge o2 was rejected, and charge/b was not told.'],
  ],
  [
    'a rejection told twice',
    (bank) => bank.inbound.push({ ...rejection(bank), id: 's2' }),
    ['the rejection of Charge o2 was told 2 times.'],
  ],
  [
    'a rejection of a command that was accepted',
    ({ commands }) => (commands[1]!.outcome = 'unchanged'),
    ['Charge o2 was not rejected, and charge/b was told so.'],
  ],
  [
    'a rejection of a command that another process sent',
    ({ outgoing }) => (outgoing[1]!.key = 'charge/a'),
    ['process.rejection s1 tells charge/b of Charge o2, which it has not sent.'],
  ],
])('I5 finds %s', (_what, plant, sentences) => {
  const system = healthySystem();
  plant(system.bank);
  expect(checkInvariants(system).map(({ sentence }) => sentence)).toEqual(
    sentences.map((sentence) => `I5: bank: ${sentence}`),
  );
});

it('I5 finds a signal that is there twice', () => {
  const system = healthySystem();
  system.bank.inbound.push({ ...timer(system.bank) });
  expect(checkInvariants(system).map(({ sentence }) => sentence)).toEqual([
    'I5: bank has message t1 2 times in its inbox.',
  ]);
});

it('I5 expects no signal for a rejected command of a saga', () => {
  const system = healthySystem();
  system.bank.outgoing[1]!.actor = 'saga:charge';
  system.bank.inbound.splice(3, 1);
  expect(checkInvariants(system)).toEqual([]);
});
