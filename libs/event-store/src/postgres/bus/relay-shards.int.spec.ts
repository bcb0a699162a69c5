// Processes share the publishing of one publisher, and the number of its shards changes under load: nothing is lost, and each stream keeps its order.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { eventually } from '../../../../../test/support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../../../../test/support/postgres.js';
import { systemIds } from '../../core/index.js';
import { segmentNames } from '../../subscriptions/index.js';
import { PostgresCheckpointStore } from '../stores/checkpoint-store.js';
import { PostgresParkingStore } from '../stores/parking-store.js';
import { BusDatabase } from './bus-database.js';
import { PostgresBroker } from './postgres-broker.js';
import { PUBLISHER, startRelayWorker, TOPIC, type RelayWorker } from './relay-shards.worker.js';

const STREAMS = 12;
const BAD = 1_000_000;

interface Published {
  readonly key: string;
  readonly id: string;
  readonly version: number;
  readonly value: string;
}

describe('a publisher that processes share', { timeout: 60_000 }, () => {
  let test: TestStore;
  let busDatabase: TestDatabase;
  let bus: BusDatabase;
  const running = new Set<{ stop(): Promise<void> }>();
  const written = new Map<string, number>();

  beforeAll(async () => {
    [test, busDatabase] = await Promise.all([openTestStore(), createTestDatabase()]);
    bus = new BusDatabase({ url: busDatabase.url, applicationName: 'test' });
    const broker = new PostgresBroker({ connection: { url: busDatabase.url, applicationName: 'test' } });
    await broker.ensureTopics([{ name: TOPIC, partitions: 4 }]);
    await broker.close();
  });
  afterAll(async () => {
    await Promise.all([...running].map((one) => one.stop()));
    await bus.close();
    await busDatabase.drop();
    await test.close();
  });

  const append = async (stream: string, number: number): Promise<void> => {
    const data = { number };
    const metadata = { correlationId: 'c' };
    const event = { id: systemIds.next(), type: 'order.counted', schemaVersion: 1, data, metadata };
    await test.store.append({ stream, expected: 'any', events: [event] });
    written.set(stream, (written.get(stream) ?? 0) + 1);
  };
  const start = async (owner: string, shards: number): Promise<RelayWorker> => {
    const isBad = (number: number) => number === BAD;
    const worker = await startRelayWorker({ url: test.url, busUrl: busDatabase.url, owner, shards, isBad });
    running.add(worker);
    return worker;
  };
  const stop = (worker: RelayWorker): Promise<void> => {
    running.delete(worker);
    return worker.stop();
  };
  const spawnWorker = (owner: string, shards: number): ChildProcess => {
    const script = join(import.meta.dirname, 'relay-shards.worker.ts');
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', script, test.url, busDatabase.url, owner, String(shards)],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    running.add({ stop: async () => void child.kill('SIGKILL') });
    return child;
  };
  const published = (): Promise<Published[]> =>
    bus.query<Published>(
      'published',
      `SELECT key, headers->>'ce_id' AS id, (headers->>'ce_streamversion')::int AS version, encode(value, 'base64') AS value
         FROM bus.messages ORDER BY position`,
    );
  const holders = async (): Promise<Record<string, string | undefined>> => {
    const leases = await new PostgresCheckpointStore(test.database).list();
    return Object.fromEntries(leases.flatMap(({ name, owner, paused }) => (paused ? [] : [[name, owner]])));
  };
  const held = (shards: number, by: readonly string[]) =>
    eventually(
      async () => {
        const now = await holders();
        expect(Object.keys(now)).toEqual(segmentNames(PUBLISHER, shards));
        expect(new Set(Object.values(now))).toEqual(new Set(by));
      },
      { timeoutMs: 20_000 },
    );

  it('loses nothing and keeps the order per stream from 1 to 3 to 2 shards, with a process killed in between', async () => {
    const load = new AbortController();
    const writing = (async () => {
      for (let number = 0; !load.signal.aborted; number += 1) {
        await append(`order-${number % STREAMS}`, number);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    const whole = await start('whole', 1);
    await held(1, ['whole']);
    await append('order-bad', BAD); // held back, and its successors with it, whatever the number of shards
    await append('order-bad', 1);

    const child = spawnWorker('child', 3);
    const three = await start('three', 3);
    await stop(whole);
    await held(3, ['child', 'three']);
    await append('order-bad', 2);
    const killedAt = Date.now();
    child.kill('SIGKILL');
    await once(child, 'exit');
    await held(3, ['three']);
    expect(Date.now() - killedAt).toBeLessThan(10_000); // a lease lives for 2 s here

    const two = await start('two', 2);
    await stop(three);
    await held(2, ['two']);
    load.abort();
    await writing;

    const wanted = [...written].filter(([stream]) => stream !== 'order-bad').reduce((sum, [, count]) => sum + count, 0);
    await eventually(async () => expect(new Set((await published()).map(({ id }) => id)).size).toBe(wanted), {
      timeoutMs: 20_000,
    });
    const all = await published();
    const first = new Map<string, Published>();
    for (const message of all) if (!first.has(message.id)) first.set(message.id, message);
    expect(all).toEqual(all.map(({ id }) => first.get(id))); // a copy is the same to the byte
    for (const [stream, count] of written) {
      if (stream === 'order-bad') continue;
      const versions = [...first.values()].filter(({ key }) => `order-${key}` === stream).map(({ version }) => version);
      expect(versions).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    }
    expect(all.length).toBeLessThan(2 * wanted); // from a checkpoint on, not from the beginning
    expect(all.filter(({ key }) => key === 'bad')).toEqual([]);
    const aside = await new PostgresParkingStore(test.database).list();
    expect(aside.map(({ status, key }) => [status, key])).toEqual([
      ['parked', 'order-bad'],
      ['behind', 'order-bad'],
      ['behind', 'order-bad'],
    ]);
    expect(new Set(aside.map(({ name }) => name)).size).toBe(1);
    expect(two.held()).toHaveLength(2);
  });
});
