// A PostgreSQL of the bench's own: durable as in production, on an empty data directory, gone afterwards.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type EmbeddedPostgres } from '../../tools/postgres/index.js';

/** Durability is the server's default. What is set keeps work in the background from falling into one round and not into another. */
const SETTINGS = { shared_buffers: '512MB', max_wal_size: '8GB', checkpoint_timeout: '30min', max_connections: 300 };

export async function withServer<T>(work: (server: EmbeddedPostgres) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const server = await startPostgres({ dataDir: join(folder, 'postgres'), settings: SETTINGS });
  try {
    return await work(server);
  } catch (error) {
    console.error(error); // now: what loses its connection below may end the process
    throw error;
  } finally {
    await server.stop('immediate');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
