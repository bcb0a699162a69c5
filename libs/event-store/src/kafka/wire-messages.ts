// Messages as kafkajs carries them, and as the port does. What arrives is anybody's bytes: reading it never fails.
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { BrokerMessage, ReceivedMessage } from '../messaging/index.js';
import { packed } from './packed-records.js';

/** Of a record around its key and what follows that, at most. */
const RECORD_BYTES = 32;

/** To be sent with a `packing`. `bytes` on the wire are a little too high rather than too low. */
export function toWire({ key, headers, value }: BrokerMessage): { readonly wire: Message; readonly bytes: number } {
  const rest = packed({ headers, value });
  return { wire: { key, value: rest }, bytes: RECORD_BYTES + Buffer.byteLength(key) + rest.length };
}

/** Where bytes are not UTF-8 the text holds U+FFFD, by which the inbox knows and refuses it. */
export function fromWire(
  { key, value, headers, offset }: Pick<KafkaMessage, 'key' | 'value' | 'headers' | 'offset'>,
  { topic, partition }: Pick<ReceivedMessage, 'topic' | 'partition'>,
): ReceivedMessage {
  return { topic, partition, offset, key: key?.toString('utf8') ?? null, headers: readHeaders(headers), value };
}

/** A name may stand several times: the last one counts, as in Kafka's own client. One without a value is empty. */
function readHeaders(headers: IHeaders | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, textOf(Array.isArray(value) ? value.at(-1) : value)]),
  );
}

function textOf(value: Buffer | string | null | undefined): string {
  return typeof value === 'string' ? value : (value?.toString('utf8') ?? '');
}
