import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isPlaceholderKey, isStrongPassword } from './strong-secret.js';

describe('a strong password', () => {
  it.each([
    'correct-horse-battery',
    'correct-horse',
    'the-kraken-sleeps-at-nine',
    'Tr0ub4dor&3x!kQ',
    '93718264050917263845',
  ])('is %s', (password) => expect(isStrongPassword(password)).toBe(true));

  it('is whatever was drawn at random, as hexadecimal digits or base64', () => {
    for (let time = 0; time < 1_000; time += 1) {
      const drawn = randomBytes(16);
      expect([drawn.toString('hex'), drawn.toString('base64url')].filter((text) => !isStrongPassword(text))).toEqual(
        [],
      );
    }
  });
});

it('a key that was drawn at random is no placeholder', () => {
  for (let time = 0; time < 1_000; time += 1) expect(isPlaceholderKey(randomBytes(32))).toBe(false);
});
