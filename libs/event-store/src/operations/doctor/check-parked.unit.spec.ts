import { describe, expect, it } from 'vitest';
import { checkParked } from './check-parked.js';

describe('the doctor, of messages that nobody can read,', () => {
  const nothing = { waiting: 0, behind: 0, parked: 0, unreadable: 0, unknownTypes: 0, unmirrored: 0 };

  it('says nothing when there are none', () => {
    expect(checkParked('shop', nothing)).toEqual([]);
  });

  it('counts those of unknown types in a note: their sender was deployed first', () => {
    expect(checkParked('shop', { ...nothing, unreadable: 3, unknownTypes: 3 })).toMatchObject([
      {
        severity: 'note',
        code: 'unknown-types',
        sentence: expect.stringMatching(
          /^3 messages are of types that no contract of this build has, and kept\..* --unreadable --reason-code unknown-type/,
        ) as string,
      },
    ]);
  });

  it('calls somebody for the others', () => {
    expect(checkParked('shop', { ...nothing, unreadable: 3, unknownTypes: 1 })).toMatchObject([
      { severity: 'note', code: 'unknown-types' },
      {
        severity: 'problem',
        code: 'unreadable',
        sentence: expect.stringContaining('2 messages of the inbox') as string,
      },
    ]);
  });

  it('tells in a note how many wait to be mirrored', () => {
    expect(checkParked('shop', { ...nothing, unmirrored: 2 })).toMatchObject([
      {
        severity: 'note',
        code: 'unmirrored',
        sentence: expect.stringMatching(/^2 parked records wait to be mirrored/) as string,
      },
    ]);
  });
});
