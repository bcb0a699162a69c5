import { expect, it } from 'vitest';
import { RefusedTokens } from './refused-tokens.js';

it('Refused tokens are told of once for each reason and minute, and how many they were', () => {
  const lines: string[] = [];
  let atMs = 0;
  const refused = new RefusedTokens({ warn: (line: string) => void lines.push(line) }, () => atMs);
  for (const _ of [1, 2, 3]) refused.note('Expired.');
  refused.note('Another issuer.');
  atMs = 59_999;
  refused.note('Expired.');
  expect(lines).toEqual(['Expired.', 'Another issuer.']);
  atMs = 60_000;
  refused.note('Expired.');
  refused.note('Another issuer.');
  expect(lines.slice(2)).toEqual(['Expired. 3 more since it was said last.', 'Another issuer.']);
});
