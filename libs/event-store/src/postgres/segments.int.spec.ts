// Processes that share a projection come, go and die while events are written: nothing is lost, nothing is repeated, order per stream is kept.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { openTestStore, type TestStore } from '../../../../test/support/event-store-database.js';
import { systemIds } from '../core/index.js';
import { segmentNames, segmentOf } from '../subscriptions/index.js';
import { describeMemberStore } from '../testing/contracts/member-store.contract.js';
import { PostgresCheckpointStore } from './stores/checkpoint-store.js';
import { PostgresMemberStore } from './stores/member-store.js';
import { PROJECTION, SEGMENTS, startWorker, type Worker } from './segments.worker.js';

describeMemberStore('PostgreSQL', async () => {
  const { database, close } = await openTestStore();
  return { members: new PostgresMemberStore(database), close };
});

interface Row {
  readonly owner: string;
  readonly segment: number;
  readonly position: string;
  readonly stream: string;
  readonly version: number;
}

describe('a projection that processes share', { timeout: 120_000 }, () => {
  let test: TestStore;
  let checkpoints: PostgresCheckpointStore;
  const workers = new Map<string, Worker>();
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    test = await openTestStore();
    checkpoints = new PostgresCheckpointStore(test.database);
    await test.dataSource.query(
      'CREATE TABLE seen (n bigserial PRIMARY KEY, owner text, segment int, position bigint, stream text, version int)',
    );
  });
  afterAll(async () => {
    child?.kill('SIGKILL');
    await Promise.all([...workers.values()].map((worker) => worker.stop()));
    await test.close();
  });

  const start = async (owner: string) => workers.set(owner, await startWorker(test.url, owner));
  const spawnWorker = (owner: string): ChildProcess => {
    const script = join(import.meta.dirname, 'segments.worker.ts');
    return spawn(process.execPath, ['--import', 'tsx', script, test.url, owner], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  /** How many segments each works on, and that all of them have seen something since. */
  async function settled(expected: Record<string, number>): Promise<void> {
    const [{ n }] = (await test.dataSource.query('SELECT coalesce(max(n), 0) AS n FROM seen')) as [{ n: string }];
    await eventually(
      async () => {
        const counts: Record<string, number> = {};
        for (const { owner } of await checkpoints.list()) if (owner) counts[owner] = (counts[owner] ?? 0) + 1;
        expect(counts).toEqual(expected);
        const rows: Row[] = await test.dataSource.query('SELECT DISTINCT owner FROM seen WHERE n > $1', [n]);
        expect(rows.map(({ owner }) => owner)).toEqual(expect.arrayContaining(Object.keys(expected)));
      },
      { timeoutMs: 60_000 },
    );
  }

  it('loses and repeats nothing when they are added and removed under load, one of them by kill -9', async () => {
    const load = new AbortController();
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; !load.signal.aborted; n += 1) {
        const stream = `account-${writer}-${n % 10}`;
        const event = () => ({
          id: systemIds.next(),
          type: 'account.deposited',
          schemaVersion: 1,
          data: {},
          metadata: { correlationId: 'c' },
        });
        await test.store.append({ stream, expected: 'any', events: [event(), event()] });
        // Without a pause the log would grow faster than anybody reads it.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    const writers = Promise.all([0, 1, 2, 3].map(write));
    await start('first');
    await settled({ first: 4 });
    child = spawnWorker('second');
    await settled({ first: 2, second: 2 });
    await start('third');
    await settled({ first: 2, second: 1, third: 1 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await settled({ first: 2, third: 2 });
    await workers.get('first')!.stop();
    workers.delete('first');
    await settled({ third: 4 });
    load.abort();
    await writers;

    const written: Row[] = await test.dataSource.query(
      'SELECT position, stream, version FROM event_store.events ORDER BY stream, version',
    );
    const last = written.reduce((most, { position }) => (BigInt(position) > most ? BigInt(position) : most), 0n);
    await eventually(
      async () => {
        const positions = await checkpoints.positions('events', segmentNames(PROJECTION, SEGMENTS));
        expect([...positions.values()]).toEqual(Array(SEGMENTS).fill(last));
      },
      { timeoutMs: 30_000 },
    );
    expect(written.length).toBeGreaterThan(1_000);
    // In the order they were written down: a stream's rows are in order only if its events were handled in order.
    const seen: Row[] = await test.dataSource.query('SELECT * FROM seen ORDER BY stream, n');
    expect(seen.map(({ position, stream, version }) => ({ position, stream, version }))).toEqual(written);
    expect(seen.filter(({ stream, segment }) => segmentOf(stream, SEGMENTS) !== segment)).toEqual([]);
    expect(new Set(seen.map(({ owner }) => owner))).toEqual(new Set(['first', 'second', 'third']));
  });
});
