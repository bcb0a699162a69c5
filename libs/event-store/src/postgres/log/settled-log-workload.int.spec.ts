// Eight writers at once, some slow, some failing: the settled reader sees exactly what was committed, a naive one does not.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../test/support/eventually.js';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { LogWriter, Reader } from '../../../../../test/support/log-writer.js';
import { eventsTable } from './log-table.js';
import { PostgresSettledLog } from './settled-log.js';

const WRITERS = 8;
const WORKLOAD_MS = 3_000;
/** `SETTLED_LOG_SEEDS=20 npx vitest run settled-log-workload`, as the nightly workflow does: what the writers do differs from seed to seed. */
const SEEDS = Array.from({ length: Number(process.env['SETTLED_LOG_SEEDS'] ?? 1) }, (_, index) => index + 1);

describe('under a workload of concurrent writers', () => {
  let test: TestStore;
  let log: PostgresSettledLog;
  let naive: pg.Client;
  const seenByNaive: bigint[] = [];
  beforeEach(async () => {
    test = await openTestStore();
    log = new PostgresSettledLog({ connection: { url: test.url, applicationName: 'test' }, table: eventsTable });
    naive = new pg.Client(test.url);
    await naive.connect();
  });
  afterEach(async () => {
    await log.close();
    await naive.end();
    await test.close();
  });

  it.each(SEEDS)(
    'seed %i: delivers exactly the committed events in strictly increasing order, where reading by position alone loses some',
    async (seed) => {
      const end = Date.now() + WORKLOAD_MS;
      const written = new AbortController();
      const readers = [new Reader(log), new Reader(log)]; // two subscriptions share the log
      const reading = readers.map(async (reader, index) => {
        while (!written.signal.aborted) {
          await reader.read(index === 0 ? 500 : 7);
          await sleep(1);
        }
      });
      const naiveReading = (async () => {
        while (!written.signal.aborted) {
          await readNaively();
          await sleep(1);
        }
      })();

      const outcomes = await Promise.all(
        Array.from({ length: WRITERS }, (_, index) => write(seed * WRITERS + index, end)),
      );
      written.abort();
      await Promise.all([...reading, naiveReading]);
      await readNaively();

      const { rows } = await naive.query<{ position: string }>(
        'SELECT position FROM event_store.events ORDER BY position',
      );
      const committed = rows.map(({ position }) => BigInt(position));
      await eventually(async () => {
        for (const reader of readers) {
          await reader.read(500);
          expect(reader.seen.length).toBeGreaterThanOrEqual(committed.length);
        }
      });
      for (const { seen } of readers) expect(seen).toEqual(committed);

      // The workload bites: it has every kind of trouble, and the obvious way to read it loses events.
      const kinds = (kind: keyof (typeof outcomes)[number]) =>
        outcomes.reduce((sum, outcome) => sum + outcome[kind], 0);
      expect(kinds('committed')).toBe(committed.length);
      expect(kinds('rolledBack')).toBeGreaterThan(10);
      expect(kinds('conflicts')).toBeGreaterThan(10);
      expect(seenByNaive.length).toBeLessThan(committed.length);
    },
  );

  /** What everybody writes first. */
  async function readNaively(): Promise<void> {
    const { rows } = await naive.query<{ position: string }>(
      'SELECT position FROM event_store.events WHERE position > $1 ORDER BY position',
      [seenByNaive.at(-1) ?? 0n].map(String),
    );
    seenByNaive.push(...rows.map(({ position }) => BigInt(position)));
  }

  /** Transactions of one to three events until `end`: a fifth is rolled back, a fifth commits late, some use savepoints, some hit a taken id. */
  async function write(seed: number, end: number) {
    const writer = await LogWriter.connect(test.url);
    const random = chance(seed + 1);
    const counts = { committed: 0, rolledBack: 0, conflicts: 0 };
    const takenId = randomUUID();
    await writer.insert(takenId);
    counts.committed += 1;
    while (Date.now() < end) {
      const kind = random();
      if (kind < 0.1) {
        const refused = await writer.insert(takenId).catch((error: { code?: string }) => error.code);
        if (refused === '23505') counts.conflicts += 1;
        continue;
      }
      await writer.sql('BEGIN');
      let inserted = 0;
      for (const more = random(); inserted < 1 + more * 3; inserted += 1) await writer.insert();
      if (random() < 0.2) {
        await writer.sql('SAVEPOINT s');
        await writer.insert();
        await writer.sql('ROLLBACK TO s');
      }
      if (random() < 0.2) await sleep(random() * 60); // holds its positions while others commit later ones
      const commits = kind < 0.8;
      await writer.sql(commits ? 'COMMIT' : 'ROLLBACK');
      if (commits) counts.committed += inserted;
      else counts.rolledBack += 1;
      if (random() < 0.3) await sleep(random() * 5);
    }
    await writer.end();
    return counts;
  }
});

/** Small repeatable generator (mulberry32): numbers in [0, 1). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
