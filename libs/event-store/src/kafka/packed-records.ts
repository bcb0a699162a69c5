// The bytes of a record, made in one go. kafkajs makes a buffer of 512 bytes for each header, which is most of what a send costs: so it is given
// messages without headers, whose value is the rest of the record as it is to be, and a codec takes off what kafkajs puts around that.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import kafkajs, { CompressionTypes } from 'kafkajs'; // the codecs are no named export of a CommonJS module
import type { BrokerMessage } from '../messaging/index.js';
import { RecordReader, RecordWriter, VARINT_BYTES } from './record-bytes.js';

/**
 * kafkajs writes the lower three bits of a compression type into the batch, and looks the codec up by the whole number: so a batch says what it
 * is, and the messages of other producers in this process go through the codecs they always go through.
 */
const OURS = 8;

export const packing = {
  none: (OURS | CompressionTypes.None) as CompressionTypes,
  gzip: (OURS | CompressionTypes.GZIP) as CompressionTypes,
};

interface Encoded {
  readonly buffer: Buffer;
}

const codecs = kafkajs.CompressionCodecs as Record<number, () => object>;
codecs[packing.none] = () => ({ compress: async ({ buffer }: Encoded) => unframed(buffer) });
codecs[packing.gzip] = () => ({ compress: async ({ buffer }: Encoded) => promisify(gzip)(unframed(buffer)) });

/** How a record ends, behind its key: value, number of headers, headers. To be the value of a message without headers. */
export function packed({ headers, value }: Pick<BrokerMessage, 'headers' | 'value'>): Buffer {
  const names = Object.keys(headers);
  const short = shortHeaders(headers, names);
  const writer = new RecordWriter(2 * VARINT_BYTES + value.length + (short?.length ?? roomFor(headers, names)));
  writer.length(value.length);
  writer.copy(value);
  writer.length(names.length);
  if (short !== undefined) writer.latin1(short);
  else for (const text of names.flatMap((name) => [name, headers[name]!])) writer.text(text);
  return writer.written;
}

/** Most headers are short and ASCII: then each length is one byte below 128, and all of it is written as one text. */
function shortHeaders(headers: BrokerMessage['headers'], names: readonly string[]): string | undefined {
  let text = '';
  for (const name of names) {
    const value = headers[name]!;
    if (name.length >= 64 || value.length >= 64) return undefined;
    text += String.fromCharCode(name.length * 2) + name + String.fromCharCode(value.length * 2) + value;
  }
  return Buffer.byteLength(text) === text.length ? text : undefined;
}

/** Of one UTF-16 unit UTF-8 makes three bytes at most. */
function roomFor(headers: BrokerMessage['headers'], names: readonly string[]): number {
  return names.reduce((sum, name) => sum + 2 * VARINT_BYTES + 3 * (name.length + headers[name]!.length), 0);
}

/**
 * Of records as kafkajs frames them (length, attributes, timestamp, offset, key, our bytes with their length, 0 headers) the same without that
 * length and the 0. @throws Error when it is anything else; nothing is sent then.
 */
export function unframed(records: Buffer): Buffer {
  const writer = new RecordWriter(records.length);
  const reader = new RecordReader(records);
  while (!reader.isAtEnd) {
    const length = reader.varInt();
    const begin = reader.at;
    const end = begin + length;
    reader.skip(1); // attributes
    reader.skipVarInt(); // timestamp
    reader.skipVarInt(); // offset
    reader.skip(reader.varInt()); // key; -1: none
    const head = records.subarray(begin, reader.at);
    const size = reader.varInt();
    const rest = records.subarray(reader.at, reader.at + size);
    reader.skip(size);
    if (reader.varInt() !== 0 || reader.at !== end || end > records.length)
      throw new Error('kafkajs frames records in a way of its own');
    writer.length(head.length + rest.length);
    writer.copy(head);
    writer.copy(rest);
  }
  return writer.written;
}
