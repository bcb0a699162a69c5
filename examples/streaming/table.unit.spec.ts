import { describe, expect, it } from 'vitest';
import { verdict } from './table.js';

const keys = [{ key: 'parcel-1', partition: 3 }];
const result = { key: 'parcel-1', sent: 9, received: 9, repeats: 0, inOrder: true, handled: 'A 1-9' };

describe('the verdict', () => {
  it('is good when nothing is lost and every key is in order', () => {
    const { good, lines } = verdict([result], keys);
    expect(good).toBe(true);
    expect(lines).toEqual([
      'key       partition  sent received repeats  in order  handled by, in this order',
      'parcel-1          3     9        9       0  yes       A 1-9',
      'all                     9        9       0',
      '',
      'Nothing is lost.',
      'Every key is in order.',
    ]);
  });

  it('explains repeats, which are allowed', () => {
    const { good, lines } = verdict([{ ...result, repeats: 1 }], keys);
    expect(good).toBe(true);
    expect(lines.join('\n')).toContain('1 repeat. That is delivery "at least once"');
  });

  it('is bad when a message is lost', () => {
    const { good, lines } = verdict([{ ...result, received: 7 }], keys);
    expect(good).toBe(false);
    expect(lines).toContain('2 messages LOST.');
  });

  it('is bad when a key is out of order', () => {
    const { good, lines } = verdict([{ ...result, inOrder: false }], keys);
    expect(good).toBe(false);
    expect(lines).toContain('OUT OF ORDER: parcel-1.');
  });
});
