import { describe, expect, it } from 'vitest';
import { Ledger } from './ledger.js';

/** `arrivals` like `A1`: member A handles message 1. */
function ledger(sent: number, ...arrivals: string[]): Ledger {
  const made = new Ledger();
  for (let number = 1; number <= sent; number += 1) expect(made.nextNumber('key')).toBe(number);
  for (const arrival of arrivals) made.note({ key: 'key', member: arrival[0]!, number: Number(arrival.slice(1)) });
  return made;
}
const resultOf = (made: Ledger) => made.results()[0];

describe('the ledger', () => {
  it('finds nothing wrong when everything arrives once and in order', () => {
    const all = ledger(3, 'A1', 'A2', 'A3');
    expect(resultOf(all)).toEqual({ key: 'key', sent: 3, received: 3, repeats: 0, inOrder: true, handled: 'A 1-3' });
    expect(all.isComplete(['key'])).toBe(true);
  });

  it('counts what came again, which is out of order for nobody', () => {
    const repeated = ledger(4, 'A1', 'A2', 'A3', 'B2', 'B3', 'B4');
    expect(resultOf(repeated)).toMatchObject({ received: 4, repeats: 2, inOrder: true, handled: 'A 1-3, B 2-4' });
  });

  it('sees that a message is missing', () => {
    const lost = ledger(3, 'A1', 'A3');
    expect(resultOf(lost)).toMatchObject({ sent: 3, received: 2, handled: 'A 1, A 3' });
    expect(lost.isComplete(['key'])).toBe(false);
  });

  it('sees that a later message came first', () => {
    expect(resultOf(ledger(3, 'A2', 'A1', 'A3'))).toMatchObject({ received: 3, inOrder: false });
  });

  it('knows who has a key now', () => {
    expect(ledger(2, 'A1', 'B2').lastMember('key')).toBe('B');
    expect(new Ledger().lastMember('key')).toBeUndefined();
  });
});
