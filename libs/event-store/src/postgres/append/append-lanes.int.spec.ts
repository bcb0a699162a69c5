// On PostgreSQL: appends that share a statement do not notice each other, whatever one of them does.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import {
  CommandIdReusedError,
  DuplicateEventIdError,
  InvalidEventError,
  outsideTransaction,
  UnavailableError,
  validateAppend,
  WrongExpectedVersionError,
  type AppendRequest,
} from '../../core/index.js';
import { appendBatch } from './append-batch.js';
import { appendTo, commandOn, deposited, deposits, newStream } from '../../testing/contracts/event-store.support.js';

describe('appends that share a statement', () => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await openTestStore();
  });
  afterAll(() => opened.close());

  /** Begun in one turn, so that all but the first two wait and go together. */
  const atOnce = (...requests: readonly AppendRequest[]) =>
    Promise.allSettled(requests.map((request) => opened.store.append(request)));
  const fillers = (count: number): AppendRequest[] => Array.from({ length: count }, () => appendTo(newStream()));
  const versionsOf = (requests: readonly AppendRequest[]) =>
    Promise.all(requests.map(({ stream }) => opened.store.streamVersion(stream)));

  it('are each stored as they would be alone, whatever kind they are of', async () => {
    const requests = Array.from({ length: 60 }, (_, index): AppendRequest => {
      const stream = newStream();
      return {
        stream,
        expected: (['no-stream', 'any', 0] as const)[index % 3]!,
        events: deposits(1 + (index % 4)),
        ...(index % 2 === 0 && { command: commandOn(stream) }),
      };
    });
    const results = await atOnce(...requests);
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    for (const { stream, events, command } of requests) {
      const stored = await opened.store.readStream(stream);
      expect(stored.map(({ id, version, data }) => [id, version, data])).toEqual(
        events.map(({ id, data }, index) => [id, index + 1, data]),
      );
      const result = {
        stream,
        firstVersion: 1,
        version: events.length,
        position: stored.at(-1)!.position,
        repeated: false,
      };
      const outcome = command && (await opened.store.findCommand(command));
      expect(outcome).toEqual(command && { outcome: 'accepted', result });
    }
  });

  it('fail alone: on a version, on an id that is known, on two ids that race', async () => {
    const known = deposited();
    await opened.store.append(appendTo(newStream(), { events: [known] }));
    const raced = deposited();
    const late = appendTo(newStream(), { expected: 3 });
    const duplicate = appendTo(newStream(), { events: [deposited(), known] });
    const racing = [1, 2].map(() => appendTo(newStream(), { events: [deposited(), raced] }));
    const innocent = fillers(20);
    const results = await atOnce(
      ...fillers(2),
      ...innocent.slice(0, 10),
      late,
      ...racing,
      duplicate,
      ...innocent.slice(10),
    );
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(reasons.map((reason) => (reason as Error).constructor)).toEqual([
      WrongExpectedVersionError,
      DuplicateEventIdError,
      DuplicateEventIdError,
    ]);
    expect(await versionsOf(innocent)).toEqual(innocent.map(() => 1));
    expect(await versionsOf([late, duplicate])).toEqual([0, 0]);
    expect((await versionsOf(racing)).sort((a, b) => a - b)).toEqual([0, 2]);
  });

  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  let deep: unknown = 1;
  for (let level = 0; level < 300; level += 1) deep = { deep };
  it.each<[string, unknown]>([
    ['data that is no JSON', { amount: 1n }],
    ['data that contains itself', circular],
    ['a date instead of data', { at: new Date(0) }],
    ['NaN', { amount: Number.NaN }],
    ['a number that JSON cannot write', { amount: Number.POSITIVE_INFINITY }],
    ['NUL in a text', { note: 'a\u0000b' }],
    ['NUL in a key', { 'a\u0000b': 1 }],
    ['half of a surrogate pair', { note: '\ud800' }],
    ['more data than an event may have', { note: 'x'.repeat(1_100_000) }],
    ['data nested too deeply', deep],
  ])('fail alone: on %s', async (_, data) => {
    const [poison, before, after] = [
      appendTo(newStream(), { events: [{ ...deposited(), data: data as object }] }),
      fillers(6),
      fillers(6),
    ];
    const results = await atOnce(...before, poison, ...after);
    expect(results.map(({ status }) => status)).toEqual(
      [...before, poison, ...after].map((request) => (request === poison ? 'rejected' : 'fulfilled')),
    );
    expect((results[before.length] as PromiseRejectedResult).reason).toBeInstanceOf(InvalidEventError);
    expect(await versionsOf([poison])).toEqual([0]);
    expect(await versionsOf([...before, ...after])).toEqual([...before, ...after].map(() => 1));
  });

  it('are told apart where they share their first id, or their command', async () => {
    const [event, command] = [deposited(), commandOn(newStream())];
    const sameEvent = [1, 2].map(() => appendTo(newStream(), { events: [event] }));
    const other = newStream();
    const sameCommand = [
      appendTo(command.stream, { command }),
      appendTo(other, { command: { ...command, stream: other, contentHash: 'hash-2' } }),
    ];
    const results = await atOnce(...fillers(2), ...sameEvent, ...sameCommand);
    const errors = results.map((result) =>
      result.status === 'rejected' ? (result.reason as Error).constructor : undefined,
    );
    expect(errors.slice(2)).toEqual([undefined, DuplicateEventIdError, undefined, CommandIdReusedError]);
    expect(await versionsOf([...sameEvent, ...sameCommand])).toEqual([1, 0, 1, 0]);
    // Also where nobody kept them apart: two that share an id go in as one.
    const shared = deposited();
    const [one, two] = [1, 2].map(() => appendTo(newStream(), { events: [shared, deposited()] }));
    const stored = await appendBatch(
      (query) => opened.database.query(query),
      [one!, two!].map(validateAppend),
      'error',
    );
    expect(stored.map((result) => result?.stream).filter(Boolean)).toHaveLength(1);
  });

  it('end together when their connection is cut, and none of them is half stored', { timeout: 10_000 }, async () => {
    const requests = Array.from({ length: 40 }, () => appendTo(newStream(), { events: deposits(3) }));
    const appending = atOnce(...requests);
    for (let times = 0; times < 5; times += 1) {
      await opened.dataSource.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%INTO event_store.events%'`,
      );
    }
    for (const result of await appending) {
      const error = result.status === 'rejected' ? (result.reason as unknown) : undefined;
      expect(error === undefined || error instanceof UnavailableError).toBe(true);
    }
    expect(new Set([...(await versionsOf(requests)), 0, 3])).toEqual(new Set([0, 3]));
    const again = await atOnce(...requests); // safe with the same ids
    expect(again.map(({ status }) => status)).toEqual(requests.map(() => 'fulfilled'));
    expect(await versionsOf(requests)).toEqual(requests.map(() => 3));
  });

  it('do not wait for one that stands behind a unit of work', { timeout: 5_000 }, async () => {
    const held = newStream();
    let behind: Promise<unknown> | undefined;
    const innocent = fillers(20);
    await opened.unitOfWork.run(async () => {
      await opened.store.append(appendTo(held, { expected: 'no-stream' }));
      await outsideTransaction(async () => {
        const all = [...fillers(2), appendTo(held, { expected: 'no-stream' }), ...innocent];
        const [first, second, third, ...others] = all.map((request) => opened.store.append(request));
        behind = third!.catch((error: unknown) => error);
        await Promise.all([first, second, ...others]); // while the unit is open
      });
    });
    expect(await behind).toBeInstanceOf(WrongExpectedVersionError);
    expect(await versionsOf(innocent)).toEqual(innocent.map(() => 1));
  });

  it('of one stream keep the order they were asked in', async () => {
    const stream = newStream();
    const requests = Array.from({ length: 30 }, (_, index) =>
      appendTo(stream, { expected: index === 0 ? 'no-stream' : index, events: [deposited(index)] }),
    );
    const results = await atOnce(...requests); // each is right only behind the one before
    expect(
      results.map((result) => (result.status === 'fulfilled' ? result.value.version : String(result.reason))),
    ).toEqual(requests.map((_, index) => index + 1));
  });

  it('may be large', async () => {
    const text = 'x'.repeat(1_000_000);
    const requests = Array.from({ length: 12 }, () =>
      appendTo(newStream(), { events: [deposited(1, { data: { text } })] }),
    );
    await atOnce(...requests);
    expect(await versionsOf(requests)).toEqual(requests.map(() => 1));
  });
});
