import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../core/index.js';
import { canonicalBytes, rowHash } from './canonical-row.js';
import { firstDifference } from './first-difference.js';
import { isMacOf, macOf, parseSealKeys } from './seal-key.js';
import { chainStart, SealBuilder } from './seal.js';

const row = [
  '7',
  '0198c0de-7a11-7000-8000-000000000001',
  'order-1',
  '1',
  'order.placed',
  '1',
  '{"a": 1}',
  '{}',
  '1764201600.123000',
];
const withPosition = (position: number, data = '{}') => [String(position), ...row.slice(1, 6), data, ...row.slice(7)];

describe('the canonical form of a row', () => {
  it('is this one for ever: what was sealed years ago is verified with it', () => {
    expect(rowHash(row).toString('hex')).toBe('3ea3d29658c5a05dcf14fc342ba95578879d9891bc64db2ddfe63014963aa05a');
    const bytes = Buffer.concat([
      Buffer.from([1]),
      ...row.flatMap((text) => [Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]),
    ]);
    expect(canonicalBytes(row)).toEqual(bytes);
  });

  it('tells any two rows apart, whatever their texts contain', () => {
    const texts = fc.array(fc.option(fc.string({ maxLength: 4 })), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(canonicalBytes(one).equals(canonicalBytes(other))).toBe(same);
      }),
    );
    expect(canonicalBytes(['a', ''])).not.toEqual(canonicalBytes(['', 'a']));
    expect(canonicalBytes([null])).not.toEqual(canonicalBytes(['']));
  });
});

describe('a seal', () => {
  const builder = new SealBuilder();
  builder.add(withPosition(3));
  builder.add(withPosition(5));
  const [key] = parseSealKeys('0f'.repeat(32));

  it('is this one for ever, too', () => {
    const seal = builder.seal(chainStart, 6n, key);
    const place = Buffer.from('00000000000000010000000000000001000000000000000600000002', 'hex');
    const rows = [withPosition(3), withPosition(5)].map(rowHash);
    const bytes = Buffer.concat([Buffer.from('event-store seal 1'), Buffer.alloc(32), place, ...rows]);
    expect(seal.hash).toEqual(createHash('sha256').update(bytes).digest());
    expect(seal.digests.toString('hex')).toBe(
      `0000000000000003${rows[0]!.toString('hex').slice(0, 16)}0000000000000005${rows[1]!.toString('hex').slice(0, 16)}`,
    );
    expect(isMacOf(key, seal.hash, seal.mac)).toBe(true);
  });

  it('is another one after another seal, at another place, with another end', () => {
    const hashes = [
      builder.seal(chainStart, 6n, key),
      builder.seal({ ...chainStart, hash: Buffer.alloc(32, 1) }, 6n, key),
      builder.seal({ ...chainStart, number: 1n }, 6n, key),
      builder.seal({ ...chainStart, toPosition: 1n }, 6n, key),
      builder.seal(chainStart, 7n, key),
    ].map(({ hash }) => hash.toString('hex'));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('the first difference', () => {
  const listOf = (...entries: readonly [number, string?][]) => {
    const builder = new SealBuilder();
    for (const [position, data] of entries) builder.add(withPosition(position, data));
    return builder.digests;
  };
  it.each([
    ['none', listOf([1], [2]), listOf([1], [2]), undefined],
    ['a changed row', listOf([1], [2]), listOf([1], [2, '{"a": 1}']), { kind: 'changed', position: 2n }],
    ['a missing first', listOf([1], [2]), listOf([2]), { kind: 'missing', position: 1n }],
    ['a missing last', listOf([1], [2]), listOf([1]), { kind: 'missing', position: 2n }],
    ['everything missing', listOf([1]), listOf(), { kind: 'missing', position: 1n }],
    ['an inserted first', listOf([3]), listOf([2], [3]), { kind: 'inserted', position: 2n }],
    ['an inserted last', listOf([3]), listOf([3], [4]), { kind: 'inserted', position: 4n }],
    ['a moved row', listOf([1], [3]), listOf([1], [2]), { kind: 'inserted', position: 2n }],
  ])('is %s', (_what, sealed, found, expected) => {
    expect(firstDifference(sealed, found)).toEqual(expected);
  });
});

describe('seal keys', () => {
  it('are 64 hexadecimal digits each, the first of which seals', () => {
    const keys = parseSealKeys(`${'AB'.repeat(32)}, ${'cd'.repeat(32)}`);
    expect(keys.map(({ secret }) => secret.length)).toEqual([32, 32]);
    expect(keys[0].id).toBe(parseSealKeys('ab'.repeat(32))[0].id);
    expect(macOf(keys[0], Buffer.alloc(32))).not.toEqual(macOf(keys[1]!, Buffer.alloc(32)));
  });

  it.each(['', 'secret-word', 'zz'.repeat(32), `${'ab'.repeat(32)},`])('refuse %j without repeating it', (text) => {
    expect(() => parseSealKeys(text)).toThrow(ConfigurationError);
    expect(() => parseSealKeys(text)).toThrow(/Expected 64 hexadecimal digits/);
    expect(() => parseSealKeys(text)).not.toThrow(/secret-word|zz/);
  });
});
