// A superuser does what superusers can, and the verification names it. Each change is made and verified in a unit that is then rolled back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../test/support/eventually.js';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { SealBrokenError, systemClock, systemIds, type LogRecord } from '../../core/index.js';
import type { Anchor, Verification } from '../../operations/index.js';
import { LiveTail, silentLogger, SubscriptionRunner } from '../../subscriptions/index.js';
import { appendTo, deposits } from '../../testing/contracts/event-store.support.js';
import { PostgresCheckpointStore } from '../stores/checkpoint-store.js';
import { eventsTable } from '../log/log-table.js';
import { PostgresParkingStore } from '../stores/parking-store.js';
import { PostgresSettledLog } from '../log/settled-log.js';
import { anchorOf } from './anchor.js';
import { parseSealKeys, type SealKeys } from './seal-key.js';
import { SEAL_SUBSCRIPTION, sealSubscription } from './seal-subscription.js';
import type { Seal } from './seal.js';
import { SealedLog } from './sealed-log.js';
import { verifyLog, type VerifyLogOptions } from './verify-log.js';

const keys = parseSealKeys('a1'.repeat(32));
const otherKeys = parseSealKeys('b2'.repeat(32));
const BATCH = 7;
const EVENTS = 40;

const OFF = `ALTER TABLE event_store.events DISABLE TRIGGER events_immutable;
             ALTER TABLE event_store.seals DISABLE TRIGGER seals_immutable`;

describe('the seal', () => {
  let test: TestStore;
  let sealed: Seal[];
  let last: Seal;
  const made: Seal[] = [];
  let runner: SubscriptionRunner;
  let log: PostgresSettledLog;
  let tail: LiveTail;

  beforeAll(async () => {
    test = await openTestStore();
    // A position that was drawn and never written: the place where somebody could put an event.
    await test.store.append(appendTo('account-1', { events: deposits(EVENTS - 10) }));
    await test.dataSource.query(`SELECT nextval(pg_get_serial_sequence('event_store.events', 'position'))`);
    await test.store.append(appendTo('account-2', { events: deposits(10) }));
    log = new PostgresSettledLog({ connection: { url: test.url, applicationName: 'test' }, table: eventsTable });
    tail = new LiveTail(log, systemClock);
    runner = new SubscriptionRunner({
      definition: sealSubscription({
        database: test.database,
        keys,
        onSealed: (seal) => made.push(seal),
        batchSize: BATCH,
      }),
      tail,
      checkpoints: new PostgresCheckpointStore(test.database),
      parking: new PostgresParkingStore(test.database),
      unitOfWork: test.unitOfWork,
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
      owner: 'test',
      pollMs: 50,
    });
    runner.start();
    await eventually(() => expect(runner.status().position).toBe(BigInt(EVENTS + 1)));
    await runner.stop();
    sealed = await read();
    last = sealed.at(-1)!;
  });

  afterAll(async () => {
    tail.close();
    await log.close();
    await test.close();
  });

  const query = (text: string, values: unknown[] = []) => test.database.query({ text, values });
  const verify = (options: Partial<VerifyLogOptions> = {}) => verifyLog(test.database, { keys, ...options });
  const read = async () => {
    const seals: Seal[] = [];
    for await (const seal of new SealedLog(test.database).seals()) seals.push(seal);
    return seals;
  };
  const anchor = (seal: Seal) => anchorOf('test', seal);

  /** What is done in it is undone afterwards. */
  async function trying<T>(work: () => Promise<T>): Promise<T> {
    let result: { is: T } | undefined;
    const undo = new Error('undo');
    await test.unitOfWork
      .run(async () => {
        result = { is: await work() };
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
    return result!.is;
  }

  function afterwards(tampering: string, options?: Partial<VerifyLogOptions>): Promise<Verification> {
    return trying(async () => {
      await query(OFF);
      await query(tampering);
      return verify(options);
    });
  }

  it('covers every settled event in batches, each bound to the one before', async () => {
    expect(sealed.slice(0, 4).map(({ events }) => events)).toEqual([7, 7, 7, 7]);
    expect(sealed.map(({ fromPosition }) => fromPosition - 1n)).toEqual([
      0n,
      ...sealed.slice(0, -1).map(({ toPosition }) => toPosition),
    ]);
    expect(sealed).toEqual(made);
    const anchors = [anchor(sealed[1]!), anchor(last)];
    expect(await verify({ anchors })).toEqual({
      broken: undefined,
      events: EVENTS,
      seals: last.number,
      position: 41n,
      unsealed: 0,
      anchors: 2,
    });
  });

  it('says how many events came after the last seal', async () => {
    const result = await trying(async () => {
      await test.store.append(appendTo('account-3', { events: deposits(3) }));
      return verify();
    });
    expect(result).toMatchObject({ broken: undefined, unsealed: 3 });
  });

  it.each([
    ['data', `data = jsonb_set(data, '{amountMinor}', '1000000')`],
    ['one digit too fine for a JavaScript number', `data = '{"amountMinor": 9.00000000000000000001}'`],
    ['metadata', `metadata = '{"correlationId": "other"}'`],
    ['type', `type = 'account.withdrawn'`],
    ['schema version', 'schema_version = 2'],
    ['event id', 'id = gen_random_uuid()'],
    ['time', `occurred_at = occurred_at + interval '1 millisecond'`],
    ['time without an end', `occurred_at = 'infinity'`],
  ])('names the row whose %s a superuser changed', async (_what, change) => {
    const { broken, events, position } = await afterwards(`UPDATE event_store.events SET ${change} WHERE position = 9`);
    expect(broken).toMatchObject({
      kind: 'changed',
      seal: 2n,
      row: { position: 9n, stream: 'account-1', version: 9, type: expect.any(String) as string },
    });
    expect({ events, position }).toEqual({ events: 7, position: 7n });
  });

  it('names the row that was moved to another stream, or to a place in another order', async () => {
    const moved = await afterwards(`UPDATE event_store.events SET stream = 'account-9' WHERE position = 9`);
    expect(moved.broken).toMatchObject({ kind: 'changed', row: { position: 9n, stream: 'account-9' } });
    const swapped = await afterwards(`
      ALTER TABLE event_store.events DROP CONSTRAINT events_stream_version_unique;
      UPDATE event_store.events SET version = 19 - version WHERE position IN (9, 10)`);
    expect(swapped.broken).toMatchObject({ kind: 'changed', row: { position: 9n } });
  });

  it('names the place of a row that was deleted, first, last or in the middle of its batch', async () => {
    for (const position of [8, 11, 14, 41]) {
      const { broken } = await afterwards(`DELETE FROM event_store.events WHERE position = ${position}`);
      expect(broken).toMatchObject({ kind: 'missing', row: { position: BigInt(position), stream: undefined } });
    }
  });

  it('names the row that was put into a gap', async () => {
    const { broken } = await afterwards(`
      INSERT INTO event_store.events (position, id, stream, version, type, schema_version, data, metadata)
      OVERRIDING SYSTEM VALUE VALUES (31, gen_random_uuid(), 'account-8', 1, 'account.deposited', 1, '{}', '{}')`);
    expect(broken).toMatchObject({ kind: 'inserted', row: { position: 31n, stream: 'account-8', version: 1 } });
  });

  it('names the row that was put before the first position there is', async () => {
    const { broken } = await afterwards(`
      ALTER TABLE event_store.events DROP CONSTRAINT events_position_positive;
      INSERT INTO event_store.events (position, id, stream, version, type, schema_version, data, metadata)
      OVERRIDING SYSTEM VALUE VALUES (-1, gen_random_uuid(), 'account-8', 1, 'account.deposited', 1, '{}', '{}')`);
    expect(broken).toMatchObject({ kind: 'inserted', row: { position: -1n, stream: 'account-8' } });
  });

  it('finds a tail that was cut off with its seals, by an anchor or by the checkpoint that was forgotten', async () => {
    const cut = 'DELETE FROM event_store.events WHERE position > 28; DELETE FROM event_store.seals WHERE number > 4';
    expect((await afterwards(cut)).broken).toMatchObject({ kind: 'truncated', seal: 5n });
    const withCheckpoint = `${cut}; UPDATE event_store.subscriptions SET position = 28`;
    expect((await afterwards(withCheckpoint)).broken).toBeUndefined();
    const anchors = [anchor(last)];
    expect((await afterwards(withCheckpoint, { anchors })).broken).toMatchObject({
      kind: 'truncated',
      seal: 5n,
      problem: expect.stringContaining(`the anchor knows seal ${last.number}, up to position 41`) as string,
    });
  });

  it('finds a seal that is missing between others, was changed, or was made without the key', async () => {
    expect((await afterwards('DELETE FROM event_store.seals WHERE number = 3')).broken).toMatchObject({
      kind: 'truncated',
      seal: 3n,
    });
    for (const change of [
      `hash = sha256('x')`,
      `mac = sha256('x')`,
      `key_id = 'x'`,
      'from_position = from_position + 1',
    ]) {
      const { broken } = await afterwards(`UPDATE event_store.seals SET ${change} WHERE number = 2`);
      expect(broken).toMatchObject({ kind: 'seal', seal: 2n, fromPosition: expect.any(BigInt) as bigint });
    }
    const list = `digests = overlay(digests placing '\\x00'::bytea from 16)`;
    expect((await afterwards(`UPDATE event_store.seals SET ${list} WHERE number = 2`)).broken).toMatchObject({
      kind: 'seal',
      problem: expect.stringContaining('another list of rows') as string,
    });
  });

  it('finds a history that was changed and sealed anew by somebody who has not the key', async () => {
    const result = await trying(async () => {
      await query(OFF);
      await query(
        `UPDATE event_store.events SET data = '{}' WHERE position = 40; DELETE FROM event_store.seals WHERE number = ${last.number}`,
      );
      await sealAll([...otherKeys, ...keys]);
      return verify();
    });
    expect(result.broken).toMatchObject({
      kind: 'seal',
      seal: last.number,
      problem: expect.stringContaining('made with key') as string,
    });
  });

  it('finds by an anchor a history that was changed and sealed anew by somebody who has the key', async () => {
    const resealed = async (anchors: Anchor[]) =>
      trying(async () => {
        await query(OFF);
        await query(
          `UPDATE event_store.events SET data = '{}' WHERE position = 40; DELETE FROM event_store.seals WHERE number = ${last.number}`,
        );
        await sealAll(keys);
        return verify({ anchors });
      });
    expect((await resealed([])).broken).toBeUndefined();
    expect((await resealed([anchor(last)])).broken).toMatchObject({ kind: 'seal', seal: last.number });
  });

  it('verifies seals of a former key, and goes on with the new one', async () => {
    const rotated: SealKeys = [...otherKeys, ...keys];
    const results = await trying(async () => {
      await test.store.append(appendTo('account-3', { events: deposits(2) }));
      await sealAll(rotated);
      return [await verify({ keys: rotated }), await verify()] as const;
    });
    expect(results[0]).toMatchObject({ broken: undefined, seals: last.number + 1n });
    expect(results[1].broken).toMatchObject({ kind: 'seal', seal: last.number + 1n });
  });

  it('says that nothing was ever sealed', async () => {
    const { broken } = await afterwards('DELETE FROM event_store.seals; DELETE FROM event_store.subscriptions');
    expect(broken).toMatchObject({ kind: 'unsealed' });
  });

  it('refuses to change or delete a seal, as an event', async () => {
    for (const change of ['UPDATE event_store.seals SET number = number', 'TRUNCATE event_store.seals']) {
      await expect(query(change)).rejects.toThrow('Seals are immutable');
    }
  });

  describe('the process that seals', () => {
    it('stops loudly where it finds that seals are gone, and seals nothing over the hole', async () => {
      const failing = trying(async () => {
        await query(OFF);
        await query('DELETE FROM event_store.seals WHERE number > 4');
        await test.store.append(appendTo('account-3', { events: deposits(1) }));
        await prepare(sealSubscription({ database: test.database, keys }), await recordsAfter(41n));
      });
      await expect(failing).rejects.toThrow(/event 29 lies behind the checkpoint and no seal covers it/);
      await expect(failing).rejects.toThrow(SealBrokenError);
    });

    it('stops where the seal it has made itself was replaced, although the other one fits', async () => {
      const failing = trying(async () => {
        const definition = sealSubscription({ database: test.database, keys });
        await test.store.append(appendTo('account-3', { events: deposits(1) }));
        await prepare(definition, await recordsAfter(41n));
        await query(OFF);
        await query(`UPDATE event_store.events SET data = '{}' WHERE stream = 'account-3'`);
        await query(`DELETE FROM event_store.seals WHERE number > ${last.number}`);
        await sealAll(keys);
        await test.store.append(appendTo('account-3', { events: deposits(1) }));
        await prepare(definition, (await recordsAfter(41n)).slice(1));
      });
      await expect(failing).rejects.toThrow(`seal ${last.number + 1n} was changed or replaced`);
    });

    it('stops without the key of the last seal', async () => {
      const failing = trying(() => sealAll(otherKeys));
      await expect(failing).rejects.toThrow(/seal \d+ was made with key [0-9a-f]{16}, and SEAL_KEY has [0-9a-f]{16}\./);
    });

    it('is not disturbed by a batch that it has sealed before', async () => {
      await trying(async () => {
        await prepare(sealSubscription({ database: test.database, keys }), await recordsAfter(0n));
        expect(await read()).toEqual(sealed);
      });
    });
  });

  type Definition = ReturnType<typeof sealSubscription>;

  /** As the runner does, in the open unit; committed at once as far as the subscription can tell. */
  async function prepare(definition: Definition, records: readonly LogRecord[]): Promise<void> {
    await definition.prepare!(records, { onCommit: (callback: () => void) => callback() } as never);
  }

  async function recordsAfter(position: bigint): Promise<LogRecord[]> {
    const { rows } = await query('SELECT position FROM event_store.events WHERE position > $1 ORDER BY position', [
      position,
    ]);
    return rows as LogRecord[];
  }

  async function sealAll(by: SealKeys): Promise<void> {
    const end = (await new SealedLog(test.database).head())?.toPosition ?? 0n;
    const records = await recordsAfter(end);
    const definition = sealSubscription({ database: test.database, keys: by });
    expect(definition.name).toBe(SEAL_SUBSCRIPTION);
    await prepare(definition, records.length > 0 ? records : await recordsAfter(0n));
  }
});
