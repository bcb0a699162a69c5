// What may be stored at all, checked before any adapter writes: JSON that PostgreSQL would refuse, or silently change, is refused here with its place.
import { InvalidEventError, InvalidRequestError } from './errors.js';
import type { EventToAppend } from './event.js';
import type { AppendRequest, CommandKey } from './event-store.js';

/** Serialised size of an event's data, in bytes. */
const MAX_DATA_BYTES = 1024 * 1024;
const MAX_DEPTH = 200;

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Category (at most 63 characters), `-`, id (at most 200, no control characters): together they fit every index. */
const streamPattern = /^[a-z][a-z0-9_]{0,62}-[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * For stores, before anything is written.
 * @returns the size of its events as JSON, in bytes.
 * @throws InvalidRequestError stream, expected version or command; @throws InvalidEventError an event that cannot be stored.
 */
export function validateAppend(request: AppendRequest): number {
  const { stream, expected, events, command } = request;
  if (!isStreamName(stream)) {
    throw new InvalidRequestError(
      `${JSON.stringify(stream)} is not a stream name: expected <category>-<id>, the category of a-z, 0-9 and _, the id of 1 to 200 characters.`,
    );
  }
  const words: readonly unknown[] = ['no-stream', 'stream-exists', 'any'];
  if (!words.includes(expected) && !(Number.isSafeInteger(expected) && Number(expected) >= 0)) {
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
  const ids = new Set<string>();
  let bytes = 0;
  for (const event of events) {
    bytes += validateEvent(event);
    if (ids.has(event.id)) throw new InvalidEventError(event.type, `its id ${event.id} is twice in this append`);
    ids.add(event.id);
  }
  return bytes;
}

export function isStreamName(name: string): boolean {
  return streamPattern.test(name) && !loneSurrogate.test(name);
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

/** @returns the size of its data and metadata as JSON, in bytes. */
function validateEvent({ id, type, schemaVersion, data, metadata }: EventToAppend): number {
  const fail = (problem: string): never => {
    throw new InvalidEventError(type, problem);
  };
  if (!uuidPattern.test(id)) fail(`its id ${JSON.stringify(id)} is not a UUID in lower case`);
  if (typeof type !== 'string' || type === '' || type.length > 200) fail('its type must have 1 to 200 characters');
  checkString(type, 'type', fail);
  if (!Number.isInteger(schemaVersion) || schemaVersion < 1 || schemaVersion > 32_767) {
    fail(`its schema version ${schemaVersion} is not a whole number from 1 to 32767`);
  }
  let size = 0;
  for (const [name, value] of Object.entries({ data, metadata })) {
    if (!isPlainObject(value)) fail(`${name} must be a plain object`);
    checkJson(value, name, [], fail);
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes > MAX_DATA_BYTES) fail(`${name} has ${bytes} bytes as JSON, at most ${MAX_DATA_BYTES} can be stored`);
    size += bytes;
  }
  return size;
}

/** Whether it comes back from JSON, and from PostgreSQL, as it is. */
export function isPlainData(value: object): boolean {
  try {
    checkJson(value, 'it', [], (problem) => {
      throw new InvalidRequestError(problem);
    });
    return true;
  } catch {
    return false;
  }
}

/** `above`: the objects around `value`; meeting one of them again is a cycle. */
function checkJson(value: unknown, path: string, above: readonly unknown[], fail: (problem: string) => never): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') return checkString(value, path, fail);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) fail(`${path} is ${value}, which JSON does not have`);
    return;
  }
  if (typeof value !== 'object') return fail(`${path} is of type ${typeof value}, which JSON does not have`);
  if (above.includes(value)) fail(`${path} contains itself`);
  if (above.length >= MAX_DEPTH) fail(`${path.slice(0, 60)}… is nested deeper than ${MAX_DEPTH} levels`);
  const around = [...above, value];
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) checkJson(value[index], `${path}[${index}]`, around, fail);
    return;
  }
  if (!isPlainObject(value))
    fail(`${path} is a ${value.constructor.name}; store plain data (a Date as its ISO string)`);
  for (const [key, inner] of Object.entries(value)) {
    checkString(key, `a key of ${path}`, fail);
    if (inner !== undefined) checkJson(inner, `${path}.${key}`, around, fail); // JSON leaves an undefined field out
  }
}

function checkString(text: string, path: string, fail: (problem: string) => never): void {
  if (text.includes('\u0000')) fail(`${path} contains the character U+0000, which PostgreSQL cannot store`);
  if (loneSurrogate.test(text)) fail(`${path} contains half of a surrogate pair, which is not text`);
}

/** No class instance: those come back from JSON as something else. Also true for objects of another realm. */
function isPlainObject(value: unknown): boolean {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
