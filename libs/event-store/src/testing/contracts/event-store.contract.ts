// What every event store does, whatever it stores in: one suite for all adapters.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DuplicateEventIdError,
  InvalidEventError,
  InvalidRequestError,
  WrongExpectedVersionError,
  type EventStore,
  type ExpectedVersion,
} from '../../core/index.js';
import { contractOfAppendTogether } from './append-together.contract.js';
import { contractOfCommands } from './commands.contract.js';
import { contractOfCreateOrUpdate } from './create-or-update.contract.js';
import { propertiesOfEventStore } from './event-store.properties.js';
import { appendTo, commandOn, deposited, deposits, newStream, type StoreUnderContract } from './event-store.support.js';
import { contractOfReading } from './reading.contract.js';
import { contractOfSchemaEvolution } from './schema-evolution.contract.js';
import { contractOfUnitOfWork } from './unit-of-work.contract.js';

/** Runs the contract against what `setup` makes; once per suite. */
export function describeEventStore(name: string, setup: () => Promise<StoreUnderContract>): void {
  describe(`${name}, as every event store,`, () => {
    let opened: StoreUnderContract;
    beforeAll(async () => {
      opened = await setup();
    });
    afterAll(() => opened?.close());
    contractOfAppend(() => opened.store);
    contractOfRepeats(() => opened.store);
    contractOfCommands(() => opened.store);
    contractOfReading(() => opened.store);
    contractOfUnitOfWork(() => opened);
    contractOfAppendTogether(() => opened);
    contractOfSchemaEvolution(() => opened);
    contractOfCreateOrUpdate(() => opened);
    propertiesOfEventStore(() => opened.store);
  });
}

function contractOfAppend(store: () => EventStore): void {
  const streamOf = async (events: number) => {
    const stream = newStream();
    if (events > 0) await store().append(appendTo(stream, { expected: 'no-stream', events: deposits(events) }));
    return stream;
  };

  it.each<[ExpectedVersion, number]>([
    ['no-stream', 0],
    [0, 0],
    [2, 2],
    ['stream-exists', 2],
    ['any', 0],
    ['any', 2],
  ])('appends when %s is expected of a stream at version %i', async (expected, before) => {
    const stream = await streamOf(before);
    const result = await store().append(appendTo(stream, { expected, events: deposits(2) }));
    expect(result).toMatchObject({ stream, firstVersion: before + 1, version: before + 2, repeated: false });
    expect(result.position).toBe((await store().readStream(stream)).at(-1)!.position);
    expect(await store().streamVersion(stream)).toBe(before + 2);
  });

  it.each<[ExpectedVersion, number]>([
    ['no-stream', 1],
    [0, 1],
    ['stream-exists', 0],
    [1, 0],
    [1, 2],
    [3, 2],
    [Number.MAX_SAFE_INTEGER, 2],
  ])(
    'refuses when %s is expected of a stream at version %i, says what it found, and stores nothing',
    async (expected, before) => {
      const stream = await streamOf(before);
      const refused = await store()
        .append(appendTo(stream, { expected }))
        .catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(WrongExpectedVersionError);
      expect(refused).toMatchObject({ code: 'ES-1001', stream, expected, actual: before });
      expect(await store().streamVersion(stream)).toBe(before);
    },
  );

  it('lets one of many concurrent writers have each version, and tells the others', async () => {
    const stream = await streamOf(1);
    const writers = Array.from({ length: 12 }, () =>
      store().append(appendTo(stream, { expected: 1, events: deposits(3) })),
    );
    const outcomes = await Promise.allSettled(writers);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as unknown);
    for (const reason of lost) expect(reason).toMatchObject({ code: 'ES-1001', expected: 1, actual: 4 });
    expect((await store().readStream(stream)).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  });

  it('stores every one of many concurrent appends that name no version', async () => {
    const stream = newStream();
    const results = await Promise.all(
      Array.from({ length: 12 }, () => store().append(appendTo(stream, { events: deposits(2) }))),
    );
    expect(results.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
      results.map((_, index) => 2 * index + 2),
    );
  });

  it('gives rising positions to the versions of a stream', async () => {
    const stream = await streamOf(3);
    const { position } = await store().append(appendTo(stream, { expected: 3, events: deposits(20) }));
    const positions = (await store().readStream(stream)).map((event) => event.position);
    expect(positions).toEqual([...positions].sort((a, b) => (a < b ? -1 : 1)));
    expect(new Set(positions).size).toBe(23);
    expect(positions.at(-1)).toBe(position);
  });

  it.each([
    ['U+0000 in its data', { data: { note: 'a\u0000b' } }],
    ['half of a surrogate pair', { data: { note: '\ud800' } }],
    ['a number JSON does not have', { data: { amountMinor: Number.NaN } }],
    ['an id that is no UUID', { id: 'event-1' }],
  ])('refuses an event with %s, and stores none of the others', async (_, over) => {
    const stream = newStream();
    const events = [deposited(), deposited(1, over)];
    await expect(store().append(appendTo(stream, { events }))).rejects.toBeInstanceOf(InvalidEventError);
    expect(await store().streamVersion(stream)).toBe(0);
  });

  it('refuses a stream name without a category, an append without events, and a command on another stream', async () => {
    const stream = newStream();
    for (const request of [
      appendTo('account'),
      appendTo(stream, { events: [] }),
      appendTo(stream, { command: commandOn(newStream()) }),
    ]) {
      await expect(store().append(request)).rejects.toBeInstanceOf(InvalidRequestError);
    }
  });
}

function contractOfRepeats(store: () => EventStore): void {
  it('answers the same events again with the first result, whatever version is expected, and stores nothing', async () => {
    const stream = newStream();
    const events = deposits(3);
    const first = await store().append(appendTo(stream, { expected: 'no-stream', events }));
    await store().append(appendTo(stream));
    for (const expected of ['no-stream', 0, 4, 7, 'any'] as const) {
      expect(await store().append({ stream, expected, events })).toEqual({ ...first, repeated: true });
    }
    const sameInOtherWords = events.map((event) => ({ ...event, metadata: { correlationId: 'redelivered' } }));
    expect(await store().append({ stream, expected: 0, events: sameInOtherWords })).toEqual({
      ...first,
      repeated: true,
    });
    expect(await store().streamVersion(stream)).toBe(4);
  });

  it('answers twins in flight with one result', async () => {
    const stream = newStream();
    const request = appendTo(stream, { expected: 'no-stream', events: deposits(2), command: commandOn(stream) });
    const results = await Promise.all([1, 2, 3, 4].map(() => store().append(request)));
    expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(new Set(results.map(({ position }) => position)).size).toBe(1);
    expect(await store().streamVersion(stream)).toBe(2);
  });

  it.each([
    ['other data', { data: { amountMinor: 1 } }],
    ['another type', { type: 'account.withdrawn' }],
    ['another schema version', { schemaVersion: 2 }],
  ])('refuses an event id that is stored with %s', async (_, over) => {
    const stream = newStream();
    const event = deposited(100);
    await store().append(appendTo(stream, { events: [event] }));
    const refused = await store()
      .append(appendTo(stream, { events: [{ ...event, ...over }] }))
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DuplicateEventIdError);
    expect(refused).toMatchObject({ code: 'ES-1002', stream, eventId: event.id });
  });

  it('refuses an event id of another stream, also as a later event, and an append that is stored only in part or in another order', async () => {
    const stream = newStream();
    const events = deposits(3);
    await store().append(appendTo(stream, { events }));
    const [a, b, c] = events as [(typeof events)[0], (typeof events)[0], (typeof events)[0]];
    for (const request of [
      appendTo(newStream(), { events: [a] }),
      appendTo(newStream(), { events: [deposited(), b] }),
      appendTo(stream, { events: [a, b, c, deposited()] }),
      appendTo(stream, { events: [deposited(), c] }),
      appendTo(stream, { events: [b, a, c] }),
      appendTo(stream, { events: [a, c] }),
    ]) {
      await expect(store().append(request)).rejects.toBeInstanceOf(DuplicateEventIdError);
    }
    expect(await store().streamVersion(stream)).toBe(3);
  });
}
