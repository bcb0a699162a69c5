// The disk of the whole server, its write-ahead log included, runs full. A server of its own: it stops.
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { openTestStore, type TestStore } from '../../../../test/support/event-store-database.js';
import { makeRunFolder } from '../../../../test/support/run-folder.js';
import { mountSmallDisk, type SmallDisk } from '../../../../test/support/small-disk.js';
import { stopsForWantOfSpace } from '../../../../test/support/want-of-space.js';
import { startPostgres, type EmbeddedPostgres } from '../../../../tools/postgres/index.js';
import { UnavailableError } from '../core/index.js';
import { appendTo, newStream } from '../testing/contracts/event-store.support.js';

const folder = await makeRunFolder();
await chmod(folder, 0o711); // the server may be another user
/** Room for a new cluster and few segments of 16 MB. */
const MEGABYTES = 130;
let disk: SmallDisk | undefined;

describe('on a disk that is soon full', { timeout: 60_000 }, () => {
  let server: EmbeddedPostgres;
  let store: TestStore;
  beforeAll(async () => {
    disk = await mountSmallDisk(join(folder, 'disk'), MEGABYTES);
    if (!disk) return;
    server = await startPostgres({ dataDir: join(disk.path, 'postgres'), settings: { autovacuum: 'off' } });
    await server.createDatabase('filled');
    store = await openTestStore({ on: { url: server.url('filled'), drop: () => Promise.resolve() } });
  }, 60_000);
  afterAll(async () => {
    await store?.close();
    await server?.stop('immediate');
    await disk?.unmount();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }, 60_000);

  it('the server stops, and starts again once there is space: what was acknowledged is there [37]', async ({
    skip,
  }) => {
    skip(!disk, 'nothing can be mounted here');
    const acknowledged = Array.from({ length: 20 }, () => newStream());
    for (const stream of acknowledged) await store.store.append(appendTo(stream));
    const makeRoom = await disk!.fill();
    await stopsForWantOfSpace(server);
    const request = appendTo(newStream());
    await expect(store.store.append(request)).rejects.toBeInstanceOf(UnavailableError);
    await expect(server.start()).rejects.toThrow('No space left on device');

    await makeRoom();
    await server.start();
    await eventually(() => store.store.append(request)); // connections to the former server are found dead first
    for (const stream of [...acknowledged, request.stream])
      expect(await store.store.readStream(stream), stream).toHaveLength(1);
  });
});
