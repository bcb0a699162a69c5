import { describe, expect, it } from 'vitest';
import { isOpen, meets, type ExpectedVersion } from './expected-version.js';

describe('an expected version', () => {
  it.each<[ExpectedVersion, number[]]>([
    [0, [0]],
    [2, [2]],
    ['no-stream', [0]],
    ['stream-exists', [1, 2, 3]],
    ['any', [0, 1, 2, 3]],
  ])('%s is met by the stream versions %j and no other', (expected, met) => {
    expect([0, 1, 2, 3].filter((actual) => meets(expected, actual))).toEqual(met);
  });

  it('is open where the caller named no version', () => {
    const all: ExpectedVersion[] = [0, 2, 'no-stream', 'stream-exists', 'any'];
    expect(all.filter(isOpen)).toEqual(['stream-exists', 'any']);
  });
});
