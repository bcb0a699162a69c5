// A restored or failed-over database must stop its subscribers, not mislead them. Played by changing what the epoch row says of the server.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { LogWriter } from '../../../../../test/support/log-writer.js';
import { LogEpochMismatchError } from '../../core/index.js';
import { PostgresCheckpointStore } from '../stores/checkpoint-store.js';
import { renewLogEpoch } from './log-epoch.js';
import { eventsTable, inboundTable } from './log-table.js';
import { PostgresSettledLog } from './settled-log.js';

describe('the log epoch', () => {
  let test: TestStore;
  const logs: PostgresSettledLog[] = [];
  const openLog = (table = eventsTable): PostgresSettledLog => {
    const log = new PostgresSettledLog({ connection: { url: test.url, applicationName: 'test' }, table });
    logs.push(log);
    return log;
  };
  beforeEach(async () => {
    test = await openTestStore();
    const writer = await LogWriter.connect(test.url);
    await writer.insert();
    await writer.end();
  });
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
    await test.close();
  });
  const epochs = async () =>
    (await test.database.query({ text: 'SELECT * FROM event_store.log_epochs ORDER BY number' })).rows;

  it('is begun on first use, once, whoever comes first, and is the same for all logs of the database', async () => {
    const cursors = await Promise.all(
      [eventsTable, inboundTable, eventsTable].map((table) => openLog(table).beginning()),
    );
    expect(new Set(cursors.map(({ epoch }) => epoch)).size).toBe(1);
    expect(await epochs()).toEqual([expect.objectContaining({ number: 1, epoch: cursors[0]!.epoch, timeline: 1 })]);
  });

  it.each(["system_identifier = '7'", 'timeline = timeline + 1'])(
    'that was begun where %s refuses every cursor',
    async (otherServer) => {
      const cursor = await openLog().beginning();
      await test.database.query({ text: `UPDATE event_store.log_epochs SET ${otherServer}` });
      const log = openLog();
      await expect(log.read(cursor, 10)).rejects.toThrow(LogEpochMismatchError);
      await expect(log.read({ epoch: 'any other', position: 0n }, 10)).rejects.toThrow(/restored or failed over/);
      await expect(log.beginning()).rejects.toThrow(LogEpochMismatchError);
      await expect(log.head()).rejects.toThrow(LogEpochMismatchError);
    },
  );

  it('renewed with adoption lets subscriptions go on where they are', async () => {
    const old = await openLog().head();
    const checkpoints = new PostgresCheckpointStore(test.database);
    await checkpoints.acquire({ name: 'subscription', log: 'events' }, 'worker', 0, () => Promise.resolve(old));
    await test.database.query({ text: `UPDATE event_store.log_epochs SET system_identifier = '7'` });

    const { epoch, adopted } = await renewLogEpoch(test.database, { adoptCheckpoints: true });
    expect([adopted, epoch]).toEqual([1, (await openLog().beginning()).epoch]);
    const lease = await checkpoints.acquire({ name: 'subscription', log: 'events' }, 'worker', 0, () =>
      Promise.reject(new Error()),
    );
    expect(lease!.cursor).toEqual({ epoch, position: old.position });
    expect(await openLog().read(lease!.cursor, 10)).toEqual([]);
    await expect(openLog().read(old, 10)).rejects.toThrow(LogEpochMismatchError);
  });

  it('renewed without adoption leaves subscriptions stopped', async () => {
    const old = await openLog().head();
    const checkpoints = new PostgresCheckpointStore(test.database);
    await checkpoints.acquire({ name: 'subscription', log: 'events' }, 'worker', 0, () => Promise.resolve(old));
    expect(await renewLogEpoch(test.database, { adoptCheckpoints: false })).toMatchObject({ adopted: 0 });
    const lease = await checkpoints.acquire({ name: 'subscription', log: 'events' }, 'worker', 0, () =>
      Promise.reject(new Error()),
    );
    await expect(openLog().read(lease!.cursor, 10)).rejects.toThrow(LogEpochMismatchError);
  });

  it('renewed while a log is open is noticed when the first cursor of the new epoch comes', async () => {
    const log = openLog();
    const old = await log.head();
    const { epoch } = await renewLogEpoch(test.database, { adoptCheckpoints: true });
    expect(await log.read({ epoch, position: 0n }, 10)).toHaveLength(1);
    await expect(log.read(old, 10)).rejects.toThrow(LogEpochMismatchError);
  });

  it('of an old cursor costs the others nothing: they keep their session as long as no epoch has been begun', async () => {
    const log = openLog();
    const cursor = await log.head();
    const sessions = async () =>
      (
        await test.database.query<{ pid: number }>({
          text: `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'test log events'`,
        })
      ).rows;
    const before = await sessions();
    for (let look = 0; look < 3; look += 1) {
      const stopped = log.read({ epoch: 'long gone', position: 0n }, 10);
      const [, records] = await Promise.all([
        expect(stopped).rejects.toThrow(LogEpochMismatchError),
        log.read({ ...cursor, position: 0n }, 10),
      ]);
      expect(records).toHaveLength(1);
    }
    expect(before).toHaveLength(1);
    expect(await sessions()).toEqual(before);
  });
});
