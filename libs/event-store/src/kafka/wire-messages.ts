// Messages as kafkajs carries them, and as the port does. What arrives is anybody's bytes: reading it never fails.
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { BrokerMessage, ReceivedMessage } from '../messaging/index.js';

export function toWire({ key, headers, value }: BrokerMessage): Message {
  return { key, value, headers: { ...headers } };
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
