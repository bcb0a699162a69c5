import { describe, expect, it } from 'vitest';
import { systemIds } from '../ids.js';
import { InvalidEventError, InvalidRequestError } from '../errors.js';
import type { EventToAppend } from '../events/event.js';
import type { AppendRequest } from './event-store.js';
import { validateAppend, validateCommand } from './validate-append.js';

const anEvent = (over: Partial<Record<keyof EventToAppend, unknown>> = {}) =>
  ({
    id: systemIds.next(),
    type: 'account.opened',
    schemaVersion: 1,
    data: {},
    metadata: { correlationId: 'c' },
    ...over,
  }) as EventToAppend;
const request = (over: Partial<Record<keyof AppendRequest, unknown>> = {}) =>
  ({ stream: 'account-1', expected: 'any', events: [anEvent()], ...over }) as AppendRequest;
const withData = (data: unknown) => () => validateAppend(request({ events: [anEvent({ data })] }));

const cycle: Record<string, unknown> = { list: [] };
(cycle['list'] as unknown[]).push(cycle);
let deep: unknown = {};
for (let level = 0; level < 300; level += 1) deep = { deep };

describe('an append is refused before it is written', () => {
  it.each<[string, unknown]>([
    ['without a category', 'account'],
    ['without an id', 'account-'],
    ['of an upper-case category', 'Account-1'],
    ['with an id of more than 200 characters', `account-${'x'.repeat(201)}`],
    ['with a category of more than 63 characters', `${'x'.repeat(64)}-1`],
    ['with a control character', 'account-1\n'],
    ['with U+0000', 'account-\u0000'],
    ['with half of a surrogate pair', 'account-\ud800'],
  ])('when the stream is named %s', (_, stream) => {
    expect(() => validateAppend(request({ stream }))).toThrow(InvalidRequestError);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53, '1', 'latest', undefined])('when it expects version %s', (expected) => {
    expect(() => validateAppend(request({ expected }))).toThrow(InvalidRequestError);
  });

  it('when it has no event', () => {
    expect(() => validateAppend(request({ events: [] }))).toThrow('give at least one');
  });

  it('when it has an id twice', () => {
    const event = anEvent();
    expect(() => validateAppend(request({ events: [event, { ...event }] }))).toThrow(
      `${event.id} is twice in this append`,
    );
  });

  it.each(['', 'x', '0198A0B0-0000-7000-8000-000000000000', '{0198a0b0-0000-7000-8000-000000000000}'])(
    'when an event has the id %j',
    (id) => {
      expect(() => validateAppend(request({ events: [anEvent({ id })] }))).toThrow(InvalidEventError);
    },
  );

  it.each([0, 1.5, 32_768])('when an event has the schema version %s', (schemaVersion) => {
    expect(() => validateAppend(request({ events: [anEvent({ schemaVersion })] }))).toThrow('schema version');
  });

  it.each<[string, unknown, string]>([
    ['U+0000 in a text', { note: 'a\u0000b' }, 'data.note contains the character U+0000'],
    ['U+0000 in a key', { 'a\u0000b': 1 }, 'a key of data contains the character U+0000'],
    ['half of a surrogate pair', { note: ['\udc00'] }, 'data.note[0] contains half of a surrogate pair'],
    ['half of a surrogate pair in a key', { in: { '\ud83d': 1 } }, 'a key of data.in contains half'],
    ['NaN', { amount: Number.NaN }, 'data.amount is NaN'],
    ['Infinity', { amount: [-Infinity] }, 'data.amount[0] is -Infinity'],
    ['a bigint', { amount: 1n }, 'data.amount is of type bigint'],
    ['a function', { amount: () => 1 }, 'data.amount is of type function'],
    ['a symbol', { amount: Symbol('x') }, 'data.amount is of type symbol'],
    ['undefined in an array', { lines: [1, undefined] }, 'data.lines[1] is of type undefined'],
    ['a hole in an array', { lines: Object.assign([], { length: 1 }) }, 'data.lines[0] is of type undefined'],
    ['a Date', { at: new Date(0) }, 'data.at is a Date'],
    ['a Map', { at: new Map() }, 'data.at is a Map'],
    ['a cycle', cycle, 'data.list[0] contains itself'],
    ['nesting deeper than 200 levels', deep, 'nested deeper than 200 levels'],
    ['more than 1 MiB', { text: 'é'.repeat(524_288) }, 'at most 1048576'],
    ['an array for an object', [1], 'data must be a plain object'],
    ['null for an object', null, 'data must be a plain object'],
  ])('when data has %s, and says where', (_, data, sentence) => {
    expect(withData(data)).toThrow(InvalidEventError);
    expect(withData(data)).toThrow(sentence);
    const isOfInput = /U\+0000|contains half|at most 1048576/.test(sentence);
    expect(withData(data)).toThrow(expect.objectContaining({ isOfInput }));
  });

  it('when metadata has a text that cannot be stored', () => {
    const metadata = { correlationId: 'c', reason: 'because\u0000' };
    expect(() => validateAppend(request({ events: [anEvent({ metadata })] }))).toThrow('metadata.reason contains');
  });

  it('when its command has no UUID or no step', () => {
    const command = { id: systemIds.next(), stream: 'account-1', step: 0, type: 'Deposit', contentHash: 'x' };
    expect(() => validateAppend(request({ command: { ...command, id: 'deposit' } }))).toThrow(InvalidRequestError);
    expect(() => validateCommand({ ...command, step: -1 })).toThrow(InvalidRequestError);
    expect(() => validateCommand(command)).not.toThrow();
  });
});

describe('an append is accepted', () => {
  it.each(['account-1', 'shipping_label-a-b-c', `a-${'😀'.repeat(200)}`])('to the stream %s', (stream) => {
    expect(() => validateAppend(request({ stream }))).not.toThrow();
  });

  it('with every kind of JSON value, undefined fields, pairs of surrogates and the same object in two places', () => {
    const shared = { n: 1 };
    const data = {
      a: null,
      b: [true, -0, 1e300, '😀'],
      c: { d: undefined },
      e: [shared, shared],
      f: Object.create(null),
    };
    expect(withData(data)).not.toThrow();
  });

  it('with exactly 1 MiB of data', () => {
    expect(withData({ text: 'x'.repeat(1024 * 1024 - 11) })).not.toThrow();
    expect(withData({ text: 'x'.repeat(1024 * 1024 - 10) })).toThrow(InvalidEventError);
  });
});
