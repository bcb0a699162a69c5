// What the certificate says has to follow from events alone, and one wrong cent has to show.
import { describe, expect, it } from 'vitest';
import type { Fact } from '../demo/checkout-invariants.js';
import { certify, formatCertificate, moneyOf, type Evidence } from './certificate.js';

const euros = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
const facts = (orderId: string, ...events: readonly (readonly [type: string, data?: Fact['data']])[]): Fact[] =>
  events.map(([type, data = {}], at) => ({ orderId, version: at + 1, type, data }));

const placed = (total: number) => ['order.placed', { total: euros(total) }] as const;
const captured = (amount: number) => ['payment.captured', { amount: euros(amount) }] as const;
const refunded = (amount: number, by: string) => ['payment.refunded', { amount: euros(amount), by }] as const;

const orders = [
  ...facts('paid', placed(1000), ['order.confirmed'], ['order.shipped']),
  ...facts('partly', placed(500), ['order.confirmed']),
  ...facts('cancelled', placed(300), ['order.confirmed'], ['order.cancelled']),
  ...facts('declined', placed(113), ['order.cancelled']),
];
const payments = [
  ...facts('paid', ['payment.requested'], captured(1000)),
  ...facts('partly', ['payment.requested'], captured(500), refunded(90, 'operator')),
  ...facts('cancelled', ['payment.requested'], captured(300), refunded(300, 'cancellation')),
  ...facts('declined', ['payment.requested'], ['payment.failed']),
];
const evidence: Evidence = {
  args: { seed: 7, seconds: 60, broker: 'kafka', json: true },
  faults: [
    { kind: 'service-kill', atMs: 1000, lastsMs: 10, service: 'order-service', replica: 0 },
    { kind: 'kafka-kill', atMs: 2000, lastsMs: 10 },
    { kind: 'service-kill', atMs: 3000, lastsMs: 10, service: 'order-service', replica: 1 },
  ],
  checkout: { orders, payments },
  violations: [],
  recoveryMs: 4240,
};

describe('the certificate', () => {
  it('of a sound run counts faults and orders, and finds the books in agreement', () => {
    expect(certify(evidence)).toEqual({
      seed: 7,
      seconds: 60,
      broker: 'kafka',
      faults: { 'kafka-kill': 1, 'service-kill': 2 },
      orders: 4,
      terminal: 4,
      lost: 0,
      duplicated: 0,
      reordered: 0,
      moneyDelta: 0,
      violations: [],
      recoverySeconds: 4.2,
    });
  });

  it.each([
    ['captured twice', [...payments, ...facts('paid', captured(1000))], 1000, 3],
    ['never captured', payments.filter(({ orderId }) => orderId !== 'paid'), -1000, 3],
    ['not given back', payments.filter(({ data }) => data['by'] !== 'cancellation'), 300, 4],
  ])('shows an amount that was %s', (_what, wrongly, moneyDelta, terminal) => {
    const checkout = { orders, payments: wrongly };
    expect(certify({ ...evidence, checkout })).toMatchObject({ moneyDelta, terminal, orders: 4 });
  });

  it('counts damage by its kind, and has no recovery where there was no rest', () => {
    const violations = (['lost', 'lost', 'duplicated', 'reordered', 'unfinished', 'wrong'] as const).map(
      (damage, at) => ({ invariant: 'I1', damage, sentence: `sentence ${at}` }),
    );
    expect(certify({ ...evidence, violations, recoveryMs: undefined })).toMatchObject({
      lost: 2,
      duplicated: 1,
      reordered: 1,
      violations: ['sentence 0', 'sentence 1', 'sentence 2', 'sentence 3', 'sentence 4', 'sentence 5'],
      recoverySeconds: null,
    });
  });

  it('tells people the seed, every fault, the books and every violation', () => {
    const violations = [{ invariant: 'I5', damage: 'duplicated', sentence: 'I5: twice.' }] as const;
    const page = formatCertificate(certify({ ...evidence, violations }), moneyOf(evidence.checkout), {
      troubles: ['(paid) too late'],
      memoryBytes: 300 * 1024 * 1024,
      eventLoopP99Ms: 41.6,
    });
    for (const part of [
      '300 MiB',
      '42 ms late',
      '3: 1 kafka-kill, 2 service-kill',
      '1800 − 390 = 1410',
      'I5: twice.',
      '(paid) too late',
    ])
      expect(page).toContain(part);
  });

  it.each([
    [29_960, '30 s from the last fault to rest'],
    [30_060, '30.1 s from the last fault to rest; longer than 30 s'],
    [undefined, 'none'],
  ])('remarks on a recovery of more than half a minute (%s ms): %s', (recoveryMs, text) => {
    const remarks = { troubles: [], memoryBytes: 0, eventLoopP99Ms: 0 };
    const page = formatCertificate(certify({ ...evidence, recoveryMs }), moneyOf(evidence.checkout), remarks);
    const row = page.split('\n').find((line) => line.trimStart().startsWith('recovery'));
    expect(row).toMatch(new RegExp(` ${text}$`));
  });
});
