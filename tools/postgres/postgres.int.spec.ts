// The embedded server survives what happens to it on a developer's machine.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startPostgres, withClient } from './index.js';

describe('startPostgres', () => {
  let folder: string;
  let server: EmbeddedPostgres;
  const start = async (): Promise<EmbeddedPostgres> =>
    (server = await startPostgres({ dataDir: join(folder, 'data') }));
  const read = (): Promise<unknown[]> =>
    withClient(server.url('shop'), async (client) => (await client.query<{ n: number }>('SELECT n FROM kept')).rows);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'postgres-spec-'));
    await start();
    await server.createDatabase('shop');
    await withClient(server.url('shop'), (client) => client.query('CREATE TABLE kept AS SELECT 7 AS n'));
  });
  afterAll(async () => {
    await server.stop('immediate');
    await rm(folder, { recursive: true, force: true });
  });

  it('asks for a password, kept for its owner only', async () => {
    const file = join(folder, 'data.password');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(server.url()).toContain((await readFile(file, 'utf8')).trim());
    const wrong = server.url().replace(/:[^:@]+@/, ':wrong@');
    await expect(withClient(wrong, () => Promise.resolve())).rejects.toThrow(/password authentication failed/);
  });

  it('finds a server that is still running on its data directory', async () => {
    const { pid, port } = server;
    expect(await start()).toMatchObject({ pid, port, reused: true });
  });

  it('finds the data again after a stop', async () => {
    await server.stop();
    expect((await start()).reused).toBe(false);
    expect(await read()).toEqual([{ n: 7 }]);
  });

  it('recovers after the server was killed, even when started again at once', async () => {
    await server.kill9();
    expect((await start()).reused).toBe(false);
    expect(await read()).toEqual([{ n: 7 }]);
  });

  it('starts again on the same port, whatever ended it', async () => {
    const { port } = server;
    for (const end of [() => server.stop(), () => server.kill9()]) {
      const { pid } = server;
      await end();
      await server.start();
      expect(server).toMatchObject({ port });
      expect(server.pid).not.toBe(pid);
      expect(await read()).toEqual([{ n: 7 }]);
    }
  });

  it('refuses a taken port with the words of the server', async () => {
    const other = startPostgres({ dataDir: join(folder, 'other'), port: server.port });
    await expect(other).rejects.toThrow(/could not bind IPv4 address/);
  });
});
