// A PostgreSQL of the bench's own: durable as in production, on an empty data directory, gone afterwards.
import { join } from 'node:path';
import { startPostgres, type EmbeddedPostgres } from '../../tools/postgres/index.js';
import { InterruptedError, throwaway, untilAborted } from '../../tools/system/throwaway.js';

/** Durability is the server's default. What is set keeps work in the background from falling into one round and not into another. */
const SETTINGS = { shared_buffers: '512MB', max_wal_size: '8GB', checkpoint_timeout: '30min', max_connections: 300 };

/** @throws InterruptedError on a signal, when the server has stopped and its folder is gone; what `work` still does then fails unheard. */
export function withServer<T>(work: (server: EmbeddedPostgres) => Promise<T>): Promise<T> {
  return throwaway('bench-', async (folder, signal) => {
    // What was being measured loses its server; it must not take this process with it before the server's folder is gone.
    signal.addEventListener('abort', () => process.on('uncaughtException', () => undefined));
    const server = await startPostgres({ dataDir: join(folder, 'postgres'), settings: SETTINGS });
    try {
      return await untilAborted(work(server), signal);
    } catch (error) {
      if (!(error instanceof InterruptedError)) console.error(error); // now: what loses its connection below may end the process
      throw error;
    } finally {
      await server.stop('immediate');
    }
  });
}
