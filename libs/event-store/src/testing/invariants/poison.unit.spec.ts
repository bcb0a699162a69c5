// I11: a bad message may hold its own key, must be kept well, and must not have vanished.
import { describe, expect, it } from 'vitest';
import { type DamageableSystem, healthySystem, message } from './healthy.fixture.js';
import { checkInvariants, type PlantedPoison } from './index.js';
import type { SetAsideRow, UnreadableRow } from './service-state.js';

const row: SetAsideRow = {
  subscription: 'charge',
  log: 'inbound',
  position: 2n,
  messageId: 'm1',
  type: 'x',
  key: 'bad',
  status: 'parked',
  attempts: 8,
  reason: 'Error: no',
};
const behind: SetAsideRow = { ...row, position: 4n, messageId: 'm3', status: 'behind', attempts: 0, reason: '' };
const planted: PlantedPoison[] = [{ service: 'bank', as: 'parked', keys: ['bad'] }];

function found(plant: (system: DamageableSystem) => void, poison: readonly PlantedPoison[] = planted): string[] {
  const system = healthySystem();
  plant(system);
  return checkInvariants(system, { planted: poison }).map(({ sentence }) => sentence);
}

describe('I11', () => {
  it('is content with a bad message that is parked, and its successors behind it', () => {
    expect(found(({ bank }) => bank.setAside.push({ ...row }, { ...behind }))).toEqual([]);
  });

  it.each<[string, readonly SetAsideRow[], readonly string[]]>([
    [
      'another key that waits',
      [row, { ...row, key: 'good', messageId: 'm2' }, { ...behind, key: 'good' }],
      [
        'charge has x m2 of key good aside (parked), with 1 behind it, and nothing bad was sent under this key: Error: no',
      ],
    ],
    [
      'a bad message still tried',
      [{ ...row, status: 'waiting' }],
      ['charge has x m1 of key bad still to try (Error: no).'],
    ],
    ['successors of nothing', [behind], ['charge has x m3 of key bad behind a record that is not there.']],
    [
      'one parked without a reason',
      [{ ...row, reason: '' }],
      ['charge has x m1 of key bad parked after 8 attempts because of "": nobody could mend that.'],
    ],
    [
      'one parked without an attempt',
      [{ ...row, attempts: 0 }],
      ['charge has x m1 of key bad parked after 0 attempts because of "Error: no": nobody could mend that.'],
    ],
    ['two heads of one key', [row, { ...behind, status: 'parked' }], ['charge has two heads of key bad: m1, m3.']],
  ])('finds %s', (_what, rows, sentences) => {
    expect(found(({ bank }) => bank.setAside.push(...rows.map((each) => ({ ...each }))))).toEqual(
      sentences.map((sentence) => `I11: bank: ${sentence}`),
    );
  });

  it('finds a bad message that has vanished', () => {
    expect(found(() => undefined)).toEqual(['I11: bank has nothing parked under bad, where bad messages were sent.']);
  });

  it('knows bad messages from outside: unreadable ones by their place, others by their id', () => {
    const poison: PlantedPoison[] = [
      { service: 'bank', as: 'unreadable', keys: ['a', null] },
      { service: 'bank', as: 'parked', keys: ['bad'], messageIds: ['m8'] },
    ];
    const plant = ({ bank, published }: DamageableSystem): void => {
      published.push({ ...message('m1', 'a', 'e1', 'shop.sale.made.v1', 1, 5n), value: Buffer.from('{') });
      published.push({ ...message('', '', '', '', 1, 6n), key: null, headers: {} });
      published.push(message('m8', 'bad', 'nothing', 'shop.sale.made.v1', 1, 7n));
      const place = { topic: 'shop.v1', partition: 0, resolution: undefined, detail: 'no JSON', headers: {} };
      bank.unreadable.push({ ...place, offset: '5', key: 'a', reasonCode: 'not-json' });
      bank.unreadable.push({ ...place, offset: '6', key: undefined, reasonCode: 'tombstone' });
      bank.inbound.push({ ...bank.inbound[0]!, position: 7n, id: 'm8', key: 'bad' });
      bank.subscriptions[0]!.position = 7n;
      bank.setAside.push({ ...row, position: 7n, messageId: 'm8' });
    };
    expect(found(plant, poison)).toEqual([]);
    expect(found(plant, planted).length).toBeGreaterThan(3);
  });

  describe('of what was sent with headers', () => {
    const headers = { ce_id: 'm9', ce_type: 'shop.sale.made.v1' };
    const kept: UnreadableRow = {
      topic: 'shop.v1',
      partition: 0,
      offset: '7',
      key: 'bad',
      reasonCode: 'not-json',
      detail: 'expected JSON',
      headers: { ...headers, traceparent: 'of the broker' },
      resolution: undefined,
    };
    const unreadable: PlantedPoison[] = [{ service: 'bank', as: 'unreadable', keys: ['bad'], headers }];
    const keeping = (change: Partial<UnreadableRow>) =>
      found(({ bank }) => bank.unreadable.push({ ...kept, ...change }), unreadable);

    it.each<[string, Partial<UnreadableRow>, readonly string[]]>([
      ['is content with one that is kept as it was sent', {}, []],
      ['finds one without a code', { reasonCode: '' }, ['without a reason']],
      ['finds one without a detail', { detail: '' }, ['without a reason']],
      ['finds another header', { headers: { ...headers, ce_id: 'm8' } }, ['without what was sent as ce_id']],
      ['finds lost headers', { headers: {} }, ['without what was sent as ce_id, ce_type']],
    ])('%s', (_what, change, ends) => {
      expect(keeping(change)).toEqual(ends.map((end) => `I11: bank keeps the message at shop.v1/0@7 ${end}.`));
    });

    it('finds one that another record of its key stands for', () => {
      const poison: PlantedPoison[] = [{ ...planted[0]!, messageIds: ['m9'], headers }];
      const parking = (change: Partial<SetAsideRow>) =>
        found(({ bank }) => bank.setAside.push({ ...row, messageId: 'm9', type: headers.ce_type, ...change }), poison);
      const lost = ['I11: bank has not parked shop.sale.made.v1 m9, which was sent under bad.'];
      expect(parking({})).toEqual([]);
      expect(parking({ messageId: 'm1' })).toEqual(lost);
      expect(parking({ type: 'x' })).toEqual(lost);
    });
  });
});
