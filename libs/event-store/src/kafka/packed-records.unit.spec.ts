import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import type { BrokerMessage } from '../messaging/index.js';
import { packed, packing, unframed } from './packed-records.js';

interface KafkajsEncoder {
  writeEncoderArray(encoders: readonly KafkajsEncoder[]): KafkajsEncoder;
  readonly buffer: Buffer;
}

// What kafkajs makes by itself: its own files, which have no types.
const require = createRequire(import.meta.url);
const Encoder = require('kafkajs/src/protocol/encoder') as new () => KafkajsEncoder;
const recordOf = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => KafkajsEncoder;

type Parts = Pick<BrokerMessage, 'key' | 'headers' | 'value'>;

const encoded = (records: readonly { key: string | null; headers?: object; value: Buffer }[]): Buffer =>
  new Encoder().writeEncoderArray(
    records.map((record, offsetDelta) => recordOf({ ...record, offsetDelta, timestampDelta: 0 })),
  ).buffer;
const asKafkajs = (messages: readonly Parts[]): Buffer => encoded(messages);
const asWe = (messages: readonly Parts[]): Buffer =>
  unframed(encoded(messages.map(({ key, ...rest }) => ({ key, value: packed(rest) }))));

const text = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('x'.repeat(63), 'x'.repeat(64), 'é'.repeat(63), '🦊'.repeat(2_100), '', '\u0080'),
);
const message = fc.record({
  key: text,
  headers: fc.dictionary(text, text, { maxKeys: 12, noNullPrototype: true }),
  value: fc
    .oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 9_000, maxLength: 9_100 }))
    .map((bytes) => Buffer.from(bytes)),
});

describe('packed records', () => {
  it('are, byte by byte, the records that kafkajs makes', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 70, size: 'large' }), (messages) => {
        expect(asWe(messages).equals(asKafkajs(messages))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('have a null key where the message has none', () => {
    const value = Buffer.from('v');
    const ours = unframed(encoded([{ key: null, value: packed({ headers: { a: 'b' }, value }) }]));
    expect(ours.equals(encoded([{ key: null, headers: { a: 'b' }, value }]))).toBe(true);
  });

  it('are compressed or not, as their packing says, and leave the codecs of others alone', async () => {
    const [headers, value] = [{ name: 'text' }, Buffer.from('v'.repeat(5_000))];
    const records = { buffer: encoded([{ key: 'k', value: packed({ headers, value }) }]) };
    const expected = encoded([{ key: 'k', headers, value }]);
    const codecs = kafkajs.CompressionCodecs as Record<
      number,
      () => { compress: (records: { buffer: Buffer }) => Promise<Buffer> }
    >;
    expect((await codecs[packing.none]!().compress(records)).equals(expected)).toBe(true);
    const small = await codecs[packing.gzip]!().compress(records);
    expect(small.length).toBeLessThan(1_000);
    expect(gunzipSync(small).equals(expected)).toBe(true);
    expect([packing.none & 7, packing.gzip & 7]).toEqual([0, 1]);
    expect(codecs[0]).toBeUndefined();
    expect(gunzipSync(await codecs[1]!().compress({ buffer: expected })).equals(expected)).toBe(true);
  });

  it.each([
    ['with headers of their own', encoded([{ key: 'k', headers: { a: 'b' }, value: Buffer.from('v') }])],
    ['that are cut off', encoded([{ key: 'k', value: Buffer.from('value') }]).subarray(0, -3)],
    ['that are no records', Buffer.from('no records at all')],
  ])('are not made of records %s', (_what, records) => {
    expect(() => unframed(records)).toThrow('kafkajs frames records in a way of its own');
  });
});
