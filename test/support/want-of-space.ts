// A PostgreSQL whose write-ahead log has no room left stops. It does so when it needs a new segment, so something has to be written.
import { expect } from 'vitest';
import { withClient, type EmbeddedPostgres } from '../../tools/postgres/index.js';
import { isAlive } from '../../tools/postgres/process.js';
import { eventually } from './eventually.js';

/** Resolves when it has stopped; its disk has to be full already. */
export async function stopsForWantOfSpace(server: EmbeddedPostgres): Promise<void> {
  await eventually(
    async () => {
      await writeAhead(server).catch(() => undefined);
      expect(isAlive(server.pid), `PostgreSQL (process ${server.pid}) goes on`).toBe(false);
    },
    { timeoutMs: 40_000, everyMs: 10 },
  );
}

/** A megabyte for the log alone: the tables need no room. */
function writeAhead(server: EmbeddedPostgres): Promise<unknown> {
  const text = `SELECT pg_logical_emit_message(true, 'ballast', repeat('x', 1000000))`;
  return withClient(server.url(), (admin) => admin.query(text));
}
