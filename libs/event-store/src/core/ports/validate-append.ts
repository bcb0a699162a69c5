// What may be stored at all, checked before any adapter writes.
import { InvalidEventError, InvalidRequestError } from '../errors.js';
import type { EventToAppend } from '../events/event.js';
import type { AppendRequest, CommandKey } from './event-store.js';
import { checkText, jsonOf, type Fail } from '../events/json-data.js';

/** Serialised size of an event's data, in bytes. */
const MAX_DATA_BYTES = 1024 * 1024;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Category (at most 63 characters), `-`, id (at most 200, no control characters): together they fit every index. */
const streamPattern = /^[a-z][a-z0-9_]{0,62}-[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u;

/** An append that may be stored, and what is stored. */
export interface ValidAppend extends AppendRequest {
  /** For each event. */
  readonly texts: readonly EventTexts[];
  /** Their size, in bytes. */
  readonly bytes: number;
}

/** The JSON of an event, as it was when the append was asked for. */
export interface EventTexts {
  readonly data: string;
  readonly metadata: string;
  /** The size of both. */
  readonly bytes: number;
}

const WORDS: readonly unknown[] = ['no-stream', 'stream-exists', 'any'];

/**
 * For stores, before anything is written.
 * @throws InvalidRequestError stream, expected version or command; @throws InvalidEventError an event that cannot be stored.
 */
export function validateAppend(request: AppendRequest): ValidAppend {
  const { stream, expected, events, command } = request;
  if (!isStreamName(stream)) {
    throw new InvalidRequestError(
      `${JSON.stringify(stream)} is not a stream name: expected <category>-<id>, the category of a-z, 0-9 and _, the id of 1 to 200 characters.`,
    );
  }
  if (!WORDS.includes(expected) && !(Number.isSafeInteger(expected) && Number(expected) >= 0)) {
    throw new InvalidRequestError(
      `Expected version ${String(expected)}: give a version from 0, 'no-stream', 'stream-exists' or 'any'.`,
    );
  }
  if (command) validateCommand(command);
  if (command && command.stream !== stream) {
    throw new InvalidRequestError(
      `Append to ${stream} by a command on ${command.stream}: the command's stream must be the same.`,
    );
  }
  if (events.length === 0) throw new InvalidRequestError(`Append to ${stream} without events: give at least one.`);
  const texts: EventTexts[] = [];
  let bytes = 0;
  for (const event of events) {
    const text = validateEvent(event);
    texts.push(text);
    bytes += text.bytes;
  }
  if (events.length > 1) refuseTwice(events);
  return { ...request, texts, bytes };
}

function refuseTwice(events: readonly EventToAppend[]): void {
  const ids = new Set<string>();
  for (const { id, type } of events) {
    if (ids.has(id)) throw new InvalidEventError(type, `its id ${id} is twice in this append`);
    ids.add(id);
  }
}

export function isStreamName(name: string): boolean {
  return streamPattern.test(name) && name.isWellFormed();
}

/** For stores, before a command is looked up or recorded. @throws InvalidRequestError */
export function validateCommand({ id, step }: CommandKey): void {
  if (!uuidPattern.test(id)) {
    throw new InvalidRequestError(`Command id ${JSON.stringify(id)}: expected a UUID in lower case.`);
  }
  if (!Number.isInteger(step) || step < 0) {
    throw new InvalidRequestError(`Command ${id}: expected a step from 0, got ${step}.`);
  }
}

function validateEvent({ id, type, schemaVersion, data, metadata }: EventToAppend): EventTexts {
  const fail = refusalOf(type);
  if (!uuidPattern.test(id)) fail(`its id ${JSON.stringify(id)} is not a UUID in lower case`);
  if (typeof type !== 'string' || type === '' || type.length > 200) fail('its type must have 1 to 200 characters');
  checkText(type, 'type', fail);
  if (!Number.isInteger(schemaVersion) || schemaVersion < 1 || schemaVersion > 32_767) {
    fail(`its schema version ${schemaVersion} is not a whole number from 1 to 32767`);
  }
  const dataText = jsonOf(data, 'data', fail);
  const metadataText = jsonOf(metadata, 'metadata', fail);
  const bytes = sizeOf(dataText, 'data', fail) + sizeOf(metadataText, 'metadata', fail);
  return { data: dataText, metadata: metadataText, bytes };
}

function refusalOf(type: string): Fail {
  return (problem, isOfInput) => {
    throw new InvalidEventError(type, problem, isOfInput);
  };
}

function sizeOf(text: string, name: string, fail: Fail): number {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_DATA_BYTES) fail(`${name} has ${bytes} bytes as JSON, at most ${MAX_DATA_BYTES} can be stored`, true);
  return bytes;
}
