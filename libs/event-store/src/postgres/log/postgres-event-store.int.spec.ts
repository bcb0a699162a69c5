// The contract on real PostgreSQL, and what only PostgreSQL has to prove.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../test/support/eventually.js';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import {
  type AppendRequest,
  DuplicateEventIdError,
  InvalidRequestError,
  outsideTransaction,
  type ReadStreamOptions,
  UnavailableError,
  validateAppend,
  WrongExpectedVersionError,
} from '../../core/index.js';
import { describeEventStore } from '../../testing/contracts/event-store.contract.js';
import { appendTo, commandOn, deposited, deposits, newStream } from '../../testing/contracts/event-store.support.js';
import { appendBatch, sendAppends } from '../append/append-batch.js';
import type { Send } from '../append/send.js';

describeEventStore('PostgresEventStore', openTestStore);

describe('PostgresEventStore', () => {
  let opened: TestStore;
  let signals = 0;
  const send: Send = (query) => opened.database.query(query);
  beforeAll(async () => {
    opened = await openTestStore({ onAppended: () => (signals += 1) });
  });
  afterAll(() => opened.close());

  const idsOf = async (stream: string) => (await opened.store.readStream(stream)).map(({ id }) => id);

  it('takes values that are written like SQL for what they are: in every place a text may have', async () => {
    const text = `'; DROP TABLE event_store.events; --`;
    const [stream, other] = [`${newStream()}${text}`, `${newStream()}${text}`];
    const event = deposited(100, {
      type: text,
      data: { [text]: text, list: [`$1`, `$$;${text}$$`] },
      metadata: { correlationId: text, causationId: text, actor: text, reason: text },
    });
    const command = commandOn(stream, { type: text, contentHash: text });
    await opened.store.append(appendTo(stream, { expected: 'no-stream', events: [event], command }));
    expect(await opened.store.readStream(stream)).toMatchObject([{ ...event, stream, version: 1 }]);
    expect(await opened.store.findCommand(command)).toMatchObject({ result: { stream, version: 1 } });
    const beside = newStream();
    await Promise.all([
      opened.store.append(appendTo(other, { events: [{ ...event, id: deposited().id }] })), // in a statement with the next one
      opened.store.append(appendTo(beside, { events: deposits(2) })),
    ]);
    expect(await opened.store.streamVersion(other)).toBe(1);
    expect(await opened.store.streamVersion(beside)).toBe(2);
  });

  describe('the append statement', () => {
    it('stores one of two appends of one stream whole, and nothing of the other', async () => {
      for (let round = 0; round < 5; round += 1) {
        const stream = newStream();
        const [short, long] = [deposits(2), deposits(4)];
        const commands = [commandOn(stream), commandOn(stream)];
        const asked: AppendRequest[] = [
          { stream, expected: 'no-stream', events: round % 2 ? short : long, command: commands[0] },
          { stream, expected: 'no-stream', events: round % 2 ? long : short, command: commands[1] },
        ];
        const stored = await sendAppends(send, asked.map(validateAppend), 'error');
        expect(stored).toHaveLength(1);
        const winner = stored[0]!.first_id === short[0]!.id ? short : long;
        expect(await idsOf(stream)).toEqual(winner.map(({ id }) => id));
        const outcomes = await Promise.all(commands.map((command) => opened.store.findCommand(command)));
        expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
      }
    });

    it('stores a batch over many streams in one statement, each append by itself', async () => {
      const streams = Array.from({ length: 8 }, () => newStream());
      const first = deposited();
      await opened.store.append(appendTo(streams[3]!, { events: [first] }));
      const requests = streams.map((stream) => ({
        stream,
        expected: 'no-stream' as const,
        events: deposits(3),
        command: commandOn(stream),
      }));
      const results = await appendBatch(send, requests.map(validateAppend), 'error');
      expect(results.map((result) => result?.version)).toEqual([3, 3, 3, undefined, 3, 3, 3, 3]);
      for (const [index, { stream, events, command }] of requests.entries()) {
        const result = results[index];
        expect(await idsOf(stream)).toEqual((result ? events : [first]).map(({ id }) => id));
        expect(await opened.store.findCommand(command)).toEqual(result && { outcome: 'accepted', result });
      }
    });

    it('refuses a stream twice in a batch', async () => {
      const stream = newStream();
      await expect(
        appendBatch(send, [appendTo(stream), appendTo(stream)].map(validateAppend), 'error'),
      ).rejects.toThrow(InvalidRequestError);
      expect(await opened.store.streamVersion(stream)).toBe(0);
    });
  });

  describe('a replay', () => {
    const COUNT = 620; // three pages
    let stream: string;
    beforeAll(async () => {
      stream = newStream();
      await opened.store.append(appendTo(stream, { events: deposits(COUNT) }));
    });
    const versionsOf = async (options?: ReadStreamOptions) => {
      const versions: number[] = [];
      for await (const page of opened.store.replay(stream, options))
        versions.push(...page.map(({ version }) => version));
      return versions;
    };
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

    it('brings the events that reading brings, page by page, also in a unit of work', async () => {
      const replayed: object[] = [];
      for await (const page of opened.store.replay(stream)) replayed.push(...page);
      const read = await opened.store.readStream(stream);
      expect(replayed).toEqual(
        read.map(({ version, type, schemaVersion, data }) => ({ version, type, schemaVersion, data })),
      );
      expect(await opened.unitOfWork.run(() => versionsOf())).toEqual(range(1, COUNT));
    });

    it('begins and ends where it is told', async () => {
      expect(await versionsOf({ fromVersion: 240, toVersion: 510 })).toEqual(range(240, 510));
      expect(await versionsOf({ fromVersion: 251, toVersion: 500 })).toEqual(range(251, 500));
      expect(await versionsOf({ fromVersion: COUNT + 1 })).toEqual([]);
      expect(await versionsOf({ until: new Date(0) })).toEqual([]);
      expect(await versionsOf({ until: new Date(Date.now() + 60_000) })).toEqual(range(1, COUNT));
    });

    it('may be left early, also when the next page cannot be read', async () => {
      for await (const page of opened.store.replay(stream)) {
        expect(page[0]).toMatchObject({ version: 1 });
        break;
      }
      expect(await opened.store.streamVersion(stream)).toBe(COUNT);
    });
  });

  it('refuses to change history, whoever asks', async () => {
    const { dataSource, store } = opened;
    await store.append(appendTo(newStream()));
    for (const statement of [
      `UPDATE event_store.events SET type = 'other.type'`,
      'DELETE FROM event_store.events WHERE false',
      'TRUNCATE event_store.events',
      `SET session_replication_role = replica; DELETE FROM event_store.events`,
    ]) {
      await expect(dataSource.query(statement)).rejects.toThrow(/Events are immutable/);
    }
  });

  it('gives fifty writers of one stream each a version of their own', async () => {
    const stream = newStream();
    const results = await Promise.all(
      Array.from({ length: 50 }, () =>
        opened.store.append(appendTo(stream, { expected: 'any', command: commandOn(stream) })),
      ),
    );
    expect(results.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, n) => n + 1),
    );
  });

  it('waits for a writer whose transaction is open, and then says who was first', async () => {
    const stream = newStream();
    const shared = deposited();
    const results: Promise<unknown>[] = [];
    await opened.unitOfWork.run(async () => {
      await opened.store.append(appendTo(stream, { expected: 'no-stream', events: [deposited(), shared] }));
      const outside = (work: () => Promise<unknown>) => results.push(onItsOwn(work));
      outside(() => opened.store.append(appendTo(stream, { expected: 'no-stream' })));
      outside(() => opened.store.append(appendTo(newStream(), { events: [deposited(), shared] })));
      outside(() =>
        opened.unitOfWork.run(() => opened.store.append(appendTo(newStream(), { events: [deposited(), shared] }))),
      );
      await eventually(async () => {
        const [{ n }] = (await opened.dataSource.query(
          `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
        )) as [{ n: number }];
        expect(n).toBe(3);
      });
    });
    const [first, second, third] = await Promise.all(results);
    expect(first).toBeInstanceOf(WrongExpectedVersionError);
    expect(first).toMatchObject({ actual: 2 });
    expect(second).toBeInstanceOf(DuplicateEventIdError);
    expect(third).toBeInstanceOf(DuplicateEventIdError);
  });

  it('goes on when the writer it waited for rolls back', async () => {
    const stream = newStream();
    let waiting: Promise<unknown> | undefined;
    const first = opened.unitOfWork.run(async () => {
      await opened.store.append(appendTo(stream, { expected: 'no-stream' }));
      waiting = onItsOwn(() => opened.store.append(appendTo(stream, { expected: 'no-stream', events: deposits(2) })));
      await eventually(async () => {
        const rows = (await opened.dataSource.query(
          `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
        )) as unknown[];
        expect(rows).toHaveLength(1);
      });
      throw new Error('changed my mind');
    });
    await expect(first).rejects.toThrow('changed my mind');
    expect(await waiting).toMatchObject({ firstVersion: 1, version: 2, repeated: false });
  });

  it('signals what is durable: after the append, or after the commit of its unit, and never for a repeat or a rollback', async () => {
    const before = signals;
    const request = appendTo(newStream());
    await opened.store.append(request);
    expect(signals).toBe(before + 1);
    await opened.store.append(request);
    expect(signals).toBe(before + 1);
    await opened.unitOfWork.run(async () => {
      await opened.store.append(appendTo(newStream()));
      expect(signals).toBe(before + 1);
    });
    expect(signals).toBe(before + 2);
    const rolledBack = opened.unitOfWork.run(async () => {
      await opened.store.append(appendTo(newStream()));
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    expect(signals).toBe(before + 2);
  });

  it('says that the database is unavailable when its connection is cut in the middle of a call, and works on', async () => {
    const [stream, held] = [newStream(), newStream()];
    const cut = opened.unitOfWork.run(async () => {
      await opened.store.append(appendTo(held, { expected: 'no-stream' }));
      const waiting = onItsOwn(() => opened.store.append(appendTo(held, { expected: 'no-stream' })));
      await eventually(async () => {
        const rows = (await opened.dataSource.query(`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE wait_event_type = 'Lock' AND datname = current_database()`)) as unknown[];
        expect(rows).toHaveLength(1);
      });
      return waiting;
    });
    expect(await cut).toBeInstanceOf(UnavailableError);
    expect(await opened.store.append(appendTo(stream))).toMatchObject({ version: 1 });
    expect(await opened.store.streamVersion(held)).toBe(1);
  });

  /** As another request would: outside the unit of work this is called in. An error comes as a value. */
  function onItsOwn(work: () => Promise<unknown>): Promise<unknown> {
    return outsideTransaction(work).catch((error: unknown) => error);
  }
});
