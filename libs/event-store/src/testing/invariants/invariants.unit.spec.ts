// Every check finds the fault it is there for, says which ids it is about, and finds nothing where all is well.
import { describe, expect, it } from 'vitest';
import { type DamageableSystem, healthySystem, message } from './healthy.fixture.js';
import { checkInvariants, checkSnapshots, type AcknowledgedAppend, type CheckOptions } from './index.js';

type Plant = (system: DamageableSystem) => void;

function sentencesAfter(plant: Plant, options: CheckOptions = {}): string[] {
  const system = healthySystem();
  plant(system);
  return checkInvariants(system, options).map(({ sentence }) => sentence);
}

const acknowledged = (append: AcknowledgedAppend): CheckOptions => ({
  acknowledged: { shop: [append] },
});

it('finds nothing in a system where all is well, copies of messages included', () => {
  const options: CheckOptions = {
    acknowledged: { shop: [{ stream: 'sale-a', version: 2, id: 'e4', dataHash: 'h4' }, { stream: 'sale-b' }] },
  };
  expect(checkInvariants(healthySystem(), options)).toEqual([]);
});

describe('I1 finds an acknowledged append', () => {
  it.each([
    [{ stream: 'sale-a', version: 3 }, 'I1: shop acknowledged version 3 of sale-a, and does not have it.'],
    [{ stream: 'sale-z' }, 'I1: shop acknowledged an append to sale-z, and does not have the stream.'],
    [{ stream: 'sale-a', version: 1, id: 'e9' }, 'I1: shop acknowledged event e9 in sale-a, and does not have it.'],
    [{ stream: 'sale-a', version: 1, id: 'e2' }, 'I1: shop acknowledged event e2 in sale-a, and has it in sale-b.'],
    [
      { stream: 'sale-a', version: 2, dataHash: 'h9' },
      'I1: shop acknowledged other data than it has in event e4 of sale-a.',
    ],
    [
      { stream: 'sale-a', id: 'e1', dataHash: 'h4' },
      'I1: shop acknowledged other data than it has in event e1 of sale-a.',
    ],
  ])('that is gone or elsewhere: %j', (append, sentence) => {
    expect(sentencesAfter(() => undefined, acknowledged(append))).toEqual([sentence]);
  });
});

describe('I1 finds a command that was not confirmed', () => {
  const unconfirmed = (commandId: string, outcome: 'unknown' | 'rejected') => ({
    unconfirmed: { shop: [{ commandId, outcome }] },
  });

  it('and was rejected, and has left an event', () => {
    expect(sentencesAfter(() => undefined, unconfirmed('c1', 'rejected'))).toEqual([
      'I1: shop rejected command c1, and has 1 events of it.',
    ]);
  });

  it('and took effect twice', () => {
    const found = sentencesAfter(
      ({ shop }) => shop.commands.push({ ...shop.commands[0]! }),
      unconfirmed('c1', 'unknown'),
    );
    expect(found).toContain('I1: Command c1 was never answered, and took effect 2 times in shop.');
  });

  it('only where something is wrong: it may have taken effect once, or not at all', () => {
    expect(sentencesAfter(() => undefined, unconfirmed('c1', 'unknown'))).toEqual([]);
    expect(sentencesAfter(() => undefined, unconfirmed('c9', 'unknown'))).toEqual([]);
    expect(sentencesAfter(() => undefined, unconfirmed('c9', 'rejected'))).toEqual([]);
  });
});

it('I9 finds a state that its snapshot tells differently', () => {
  const copies = [
    { stream: 'sale-a', throughSnapshot: { sold: 1, at: [1] }, replayed: { at: [1], sold: 1 } },
    { stream: 'sale-b', throughSnapshot: { sold: 1 }, replayed: { sold: 2 } },
  ];
  expect(checkSnapshots('shop', copies).map(({ sentence }) => sentence)).toEqual([
    'I9: shop: sale-b through its snapshot is not what its events give.',
  ]);
});

describe('I2 finds', () => {
  it('a version that is missing', () => {
    const found = sentencesAfter(({ shop }) => shop.events.splice(0, 1));
    expect(found).toContain('I2: shop lacks version 1 of sale-a, which goes to 2.');
  });

  it('a version that is there twice', () => {
    const found = sentencesAfter(({ shop }) => (shop.events[2]!.version = 1));
    expect(found).toContain('I2: shop has version 1 of sale-a 2 times: e1, e4.');
  });

  it('a position that does not rise with the version', () => {
    const found = sentencesAfter(({ shop }) => (shop.events[0]!.position = 9n));
    expect(found).toContain('I2: shop has version 1 of sale-a (e1) at position 9, behind version 2.');
  });
});

describe('I3 finds', () => {
  it('a subscription that has not been over its whole log', () => {
    const found = sentencesAfter(({ bank }) => (bank.subscriptions[0]!.position = 3n));
    expect(found).toEqual(['I3: bank: subscription charge is at position 3 of inbound, which goes to 6.']);
  });

  it('checkpoints of another log epoch', () => {
    const found = sentencesAfter(({ shop }) => (shop.subscriptions[0]!.logEpoch = 'second-life'));
    expect(found).toEqual(['I3: shop: checkpoints are of 2 log epochs: second-life, first-life.']);
  });

  const aside = {
    subscription: 'charge',
    log: 'inbound',
    position: 2n,
    messageId: 'm1',
    type: 'x',
    key: 'a',
    status: 'parked',
    attempts: 3,
    reason: 'ES-1: no',
  } as const;

  it('a record set aside, unless it is meant to be', () => {
    const park: Plant = ({ bank }) => bank.setAside.push({ ...aside });
    expect(sentencesAfter(park)).toEqual(['I3: bank: charge has set x m1 of key a aside (parked): ES-1: no.']);
    expect(sentencesAfter(park, { allowSetAside: ({ messageId }) => messageId === 'm1' })).toEqual([]);
  });
});

describe('I4 finds', () => {
  it('an event that is not on its topic', () => {
    const found = sentencesAfter(({ published, bank }) => {
      published.splice(1, 1);
      bank.inbound.splice(1, 1);
    });
    expect(found).toEqual(['I4: sale.made e2 (sale-b version 1) of shop is not on shop.v1.']);
  });

  it('first occurrences of a key that are not in version order', () => {
    const found = sentencesAfter(({ published }) => {
      published.pop();
      published[0]!.offset = 7n;
    });
    expect(found).toEqual(['I4: On shop.v1 message m1 of key a (version 1) comes behind version 2.']);
  });

  it('a key that lies in two partitions', () => {
    const found = sentencesAfter(({ published }) => (published[2]!.partition = 1));
    expect(found).toContain('I4: Key a of shop.v1 lies in 2 partitions.');
  });

  it('copies whose value or headers differ', () => {
    const differ = 'I4: The 2 copies of message m1 on shop.v1 differ.';
    expect(sentencesAfter(({ published }) => (published[3]!.value = Buffer.from('{}')))).toEqual([differ]);
    expect(
      sentencesAfter(({ published }) => (published[3]!.headers = { ...published[3]!.headers, ce_time: 'now' })),
    ).toEqual([differ]);
  });

  it('one event under two ids', () => {
    const found = sentencesAfter(
      ({ published }) => (published[3]!.headers = { ...published[3]!.headers, ce_id: 'm9' }),
    );
    expect(found).toContain('I4: sale.made e1 (sale-a version 1) of shop is on shop.v1 under 2 ids: m1, m9.');
  });

  it('a message of an event that was rolled back', () => {
    const found = sentencesAfter(({ published }) =>
      published.push(message('m9', 'z', 'e9', 'shop.sale.made.v1', 1, 9n)),
    );
    expect(found).toContain('I4: Message m9 on shop.v1 follows from event e9, which shop does not have.');
  });

  it('an event that became another kind of message, or went out under another key', () => {
    const kind = sentencesAfter(
      ({ published }) => (published[1]!.headers = { ...published[1]!.headers, ce_type: 'shop.sale.closed.v1' }),
    );
    expect(kind).toContain('I4: Message m2 on shop.v1 is a shop.sale.closed.v1, made from a sale.made.');
    const key = sentencesAfter(({ published }) => (published[1]!.key = 'a'));
    expect(key).toContain('I4: sale.made e2 (sale-b version 1) of shop is on shop.v1 under key a, expected b.');
  });
});

describe('I5 finds', () => {
  it.each<[string, Plant, string]>([
    [
      'a message that was not received',
      ({ bank }) => bank.inbound.splice(0, 1),
      'I5: bank has not received shop.sale.made.v1 m1 of shop.v1.',
    ],
    [
      'a message received twice',
      ({ bank }) => bank.inbound.push({ ...bank.inbound[2]! }),
      'I5: bank has message m3 2 times in its inbox.',
    ],
    [
      'a message nobody sent',
      ({ bank }) => (bank.inbound[0]!.id = 'm0'),
      'I5: bank has message m0 in its inbox, which nobody published.',
    ],
    [
      'a message that could not be read',
      ({ bank }) =>
        bank.unreadable.push({
          topic: 'shop.v1',
          partition: 0,
          offset: '7',
          key: 'a',
          reasonCode: 'not-json',
          detail: 'no JSON',
          headers: {},
          resolution: undefined,
        }),
      'I5: bank could not read the message at shop.v1/0@7 (not-json).',
    ],
    [
      'an outgoing command nobody answered',
      ({ bank }) => bank.commands.pop(),
      'I5: bank decided to send Charge o2 (charge/b), and no decision is recorded for it.',
    ],
    [
      'an outgoing command stored twice',
      ({ bank }) => bank.outgoing.push({ ...bank.outgoing[1]! }),
      'I5: bank has stored outgoing command Charge o2 2 times.',
    ],
    [
      'an answer to another command',
      ({ bank }) => (bank.commands[1]!.type = 'Refund'),
      'I5: bank sent Charge o2, and it was answered as Refund.',
    ],
    [
      'a command with two outcomes',
      ({ bank }) => bank.commands.push({ ...bank.commands[1]! }),
      'I5: bank has 2 outcomes of command o2 step 0 on account-b.',
    ],
    [
      'an event two commands claim',
      ({ shop }) => shop.commands.push({ ...shop.commands[1]!, id: 'c9' }),
      'I5: 2 commands claim event e2 (sale-b version 1) of shop: c2, c9.',
    ],
    [
      'an event whose command has no record of it',
      ({ shop }) => shop.commands.splice(1, 1),
      'I5: Command c2 decided event e2 (sale-b version 1) of shop, and has no record of it.',
    ],
    [
      'a command accepted as a version that is not there',
      ({ shop }) => (shop.commands[1]!.version = 2),
      'I5: Sell c2 was accepted as version 2 of sale-b, which shop does not have.',
    ],
  ])('%s', (_what, plant, sentence) => {
    expect(sentencesAfter(plant)).toContain(sentence);
  });
});

it('I5 expects no record of a command that decides on no stream', () => {
  const system = healthySystem();
  system.bank.outgoing.push({ position: 3n, id: 'o3', key: 'send/a', type: 'Send', actor: 'saga:send' });
  system.bank.subscriptions[1]!.position = 3n;
  expect(checkInvariants(system)).toHaveLength(1);
  const [shop, bank] = system.shapes;
  expect(checkInvariants({ ...system, shapes: [shop!, { ...bank!, withoutDecision: ['Send'] }] })).toEqual([]);
});
