// What a server of one's own can do to those who depend on it: freeze, run out of disk, and lose answers on their way.
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../test/support/eventually.js';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { freezePostgres } from '../../../../../test/support/frozen-postgres.js';
import { makeRunFolder } from '../../../../../test/support/run-folder.js';
import { mountSmallDisk, type SmallDisk } from '../../../../../test/support/small-disk.js';
import { startFaultProxy } from '../../../../../tools/faults/fault-proxy.js';
import { startPostgres, withClient, type EmbeddedPostgres } from '../../../../../tools/postgres/index.js';
import { UnavailableError, type AppendRequest } from '../../core/index.js';
import { appendTo, commandOn, deposited, newStream } from '../../testing/contracts/event-store.support.js';

const folder = await makeRunFolder();
await chmod(folder, 0o711); // the server may be another user
let disk: SmallDisk | undefined;

describe('on a server of its own', { timeout: 60_000 }, () => {
  let server: EmbeddedPostgres;
  const open: TestStore[] = [];
  beforeAll(async () => {
    disk = await mountSmallDisk(join(folder, 'small'), 40);
    server = await startPostgres({ dataDir: join(folder, 'postgres'), settings: { autovacuum: 'off' } });
  }, 60_000);
  afterAll(async () => {
    await Promise.all(open.map((store) => store.close()));
    await server.stop('immediate');
    await disk?.unmount();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }, 60_000);

  async function storeOn(database: string, options: { statementTimeoutMs?: number; connectTimeoutMs?: number } = {}) {
    await server.createDatabase(database);
    const on = { url: server.url(database), drop: () => Promise.resolve() };
    const store = await openTestStore({ on, ...options });
    open.push(store);
    return store;
  }
  const refused = (store: TestStore, request: AppendRequest) =>
    expect(store.store.append(request)).rejects.toBeInstanceOf(UnavailableError);

  it('an answer that is lost behind the COMMIT: the append says unavailable, and its repeat gets the first result [2]', async () => {
    const direct = await storeOn('lost_answer');
    const proxy = await startFaultProxy({ target: server.url('lost_answer') });
    const on = { url: proxy.url, drop: () => proxy.close() };
    const behind = await openTestStore({ on });
    open.push(behind);
    const stream = newStream();
    const request = appendTo(stream, { command: commandOn(stream) });
    await behind.store.append(appendTo(newStream())); // its connection is there
    await proxy.mode('dropAfter', { bytes: 0, from: 'server' });
    await refused(behind, request);
    expect(await direct.store.readStream(stream)).toMatchObject([{ id: request.events[0]!.id }]);
    await proxy.mode('pass');
    const again = await eventually(() => behind.store.append(request));
    expect(again).toMatchObject({ version: 1, repeated: true });
  });

  it('while it is frozen: whoever asks or connects is told so in time, and goes on by itself once it is awake [29]', async () => {
    const store = await storeOn('frozen', { statementTimeoutMs: 500, connectTimeoutMs: 1_000 });
    const requests = Array.from({ length: 3 }, () => appendTo(newStream()));
    await store.store.append(appendTo(newStream())); // one connection is there, others have to be made
    const awake = await freezePostgres(server.pid);
    try {
      await Promise.all([
        ...requests.map((request) => refused(store, request)),
        expect(store.unitOfWork.run(({ db }) => db.query('SELECT 1'))).rejects.toThrow(
          /timeout|terminated|unavailable/i,
        ),
      ]);
    } finally {
      awake();
    }
    for (const request of requests) {
      await eventually(() => store.store.append(request));
      expect(await store.store.readStream(request.stream)).toMatchObject([{ id: request.events[0]!.id, version: 1 }]);
    }
  });

  it('while its disk is full: appends are refused, reads go on, and with space again appends go on without a restart [36]', async ({
    skip,
  }) => {
    skip(!disk, 'nothing can be mounted here');
    await withClient(server.url(), async (admin) => {
      await admin.query(`CREATE TABLESPACE small LOCATION '${disk!.path}'`);
      await admin.query(`CREATE DATABASE small TABLESPACE small`);
    });
    const store = await storeOn('small');
    const stored = newStream();
    await store.store.append(appendTo(stored));
    await store.dataSource.query('CREATE TABLE filler (text text)');
    for (const rows of [1_000, 10, 1]) {
      const fill = async (): Promise<never> => {
        for (;;) {
          await store.dataSource.query(`INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, $1)`, [
            rows,
          ]);
        }
      };
      await expect(fill()).rejects.toMatchObject({ code: '53100' });
    }
    // What the tables have room for still goes in.
    const large = (): AppendRequest =>
      appendTo(newStream(), { events: [deposited(1, { data: { note: 'n'.repeat(1_500) } })] });
    let request = large();
    const fillUp = async (): Promise<never> => {
      for (; ; request = large()) await store.store.append(request);
    };
    await expect(fillUp()).rejects.toBeInstanceOf(UnavailableError);
    expect(await store.store.readStream(request.stream)).toEqual([]);
    expect(await store.store.readStream(stored)).toHaveLength(1);

    await store.dataSource.query('DROP TABLE filler');
    expect(await store.store.append(request)).toMatchObject({ version: 1, repeated: false });
  });
});
