// Reads a message that nobody vouches for. Whatever is in it, the outcome is a value: a message for the inbox, or the reason why not.
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { contentHash, deterministicId, messageOf, type Class, type EventMetadata } from '../core/index.js';
import { jsonProblem } from '../processes/index.js';
import { isText, keyProblem, MAX_MESSAGE_BYTES } from './admission.js';
import type { ReceivedMessage } from './broker.js';
import type { InboundMessage } from './inbound-log.js';
import type { IntegrationDecoder } from './integration-decoder.js';

export interface Refusal {
  readonly reasonCode: string;
  readonly detail: string;
}

const PRINTABLE = /^[\x20-\x7e]{1,200}$/;
/** What programs are written with. Anything else in the place of a name may be somebody's data, and reasons are logged and listed. */
const NAME = /^[A-Za-z][\w.-]{0,99}$/;
/** As HTTP takes correlation ids: they are logged and shown. Anything else in their place may be somebody's data. */
const REFERENCE = /^[A-Za-z0-9._:-]{1,128}$/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

export function readMessage(message: ReceivedMessage, decoder: IntegrationDecoder): InboundMessage | Refusal {
  const { topic, value } = message;
  if (value === null) return refuse('tombstone', 'The message has no value.');
  if (value.length > MAX_MESSAGE_BYTES)
    return refuse('too-large', `${value.length} bytes, at most ${MAX_MESSAGE_BYTES} are read.`);
  const header = (name: string): string | undefined =>
    Object.hasOwn(message.headers, name) ? message.headers[name] : undefined;
  const garbled = Object.keys(message.headers).find(
    (name) => name.startsWith('ce_') && !isText(message.headers[name]!),
  );
  if (garbled !== undefined) return refuse('invalid-headers', `Header ${shown(garbled)} is not UTF-8 text.`);
  const id = header('ce_id') ?? '';
  if (!PRINTABLE.test(id)) return refuse('missing-id', 'Expected a header ce_id of 1 to 200 printable characters.');
  const type = header('ce_type') ?? '';
  const messageClass = decoder.classOf(topic, type);
  if (!messageClass) return refuse('unknown-type', `Type ${shown(type)} is not in the contract of topic ${topic}.`);
  const key = message.key ?? header('ce_subject') ?? id;
  const wrongKey = keyProblem(key);
  if (wrongKey) return refuse('invalid-key', `It cannot be read: ${wrongKey}.`);
  const data = readData(value, messageClass);
  if ('reasonCode' in data) return data;
  return {
    id,
    topic,
    key,
    type,
    schemaVersion: 1,
    version: streamVersion(header('ce_streamversion')),
    data: data.data,
    metadata: metadataOf(id, header),
    contentHash: contentHash({ type, key, data: data.sent }), // what came: a later build may understand more of it
  };
}

function shown(name: string): string {
  if (name === '') return '(none)';
  return NAME.test(name) ? name : '(not a name)';
}

/** A sender may add fields: those this build does not know are left out of `data`, and no reason to refuse the message. */
function readData(value: Buffer, messageClass: Class): { data: object; sent: object } | Refusal {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
  } catch {
    return refuse('not-json', 'The value is not JSON in UTF-8.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return refuse('not-json', 'The value is not a JSON object.');
  const problem = jsonProblem(parsed);
  if (problem) return refuse('invalid-data', `In the data ${problem}.`);
  try {
    const instance = plainToInstance(messageClass as unknown as new () => object, parsed);
    const errors = validateSync(instance, { whitelist: true, forbidUnknownValues: false });
    if (errors.length > 0) return refuse('invalid-data', errors.flatMap((error) => sentences(error)).join('; '));
    return { data: JSON.parse(JSON.stringify(instance)) as object, sent: parsed };
  } catch (error) {
    return refuse('invalid-data', `It could not be validated: ${messageOf(error)}`);
  }
}

function sentences({ constraints, children, property }: ValidationError): string[] {
  const nested = (children ?? []).flatMap((child) => sentences(child)).map((sentence) => `${property}: ${sentence}`);
  return [...Object.values(constraints ?? {}), ...nested];
}

function metadataOf(id: string, header: (name: string) => string | undefined): EventMetadata {
  const reference = (text: string | undefined): string | undefined =>
    text !== undefined && REFERENCE.test(text) ? text : undefined;
  const causationId = reference(header('ce_causationid'));
  const traceparent = header('traceparent');
  return {
    correlationId: reference(header('ce_correlationid')) ?? reference(id) ?? deterministicId('message', id),
    ...(causationId && { causationId }),
    ...(traceparent && TRACEPARENT.test(traceparent) && { traceparent }),
  };
}

function streamVersion(text: string | undefined): number {
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
}

function refuse(reasonCode: string, detail: string): Refusal {
  return { reasonCode, detail: storable(detail).slice(0, 500) };
}

/** The text without what PostgreSQL's text columns refuse. */
export function storable(text: string): string {
  return text.replaceAll(/[\0\p{Surrogate}]/gu, '\ufffd');
}
