// A consumer group grows from one to three processes and shrinks again under load, through the whole inbox: each message is stored once, in order.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KafkaBroker } from '../libs/event-store/src/kafka/index.js';
import type { Broker } from '../libs/event-store/src/messaging/index.js';
import { PostgresBroker } from '../libs/event-store/src/postgres/index.js';
import { eventually } from './support/eventually.js';
import { kafkaForTests } from './support/kafka.js';
import { createTestDatabase } from './support/postgres.js';
import { GROUP, notes, RelayLab } from './support/relay-lab.js';

const STREAMS = 8;
const WITHIN = { timeoutMs: 20_000 };
const kafka = await kafkaForTests();

describe('a consumer group that grows and shrinks under load', { timeout: 60_000 }, () => {
  let lab: RelayLab;
  const cleanUp: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    lab = await RelayLab.open();
    cleanUp.push(() => lab.close());
  });
  afterEach(async () => {
    for (const step of cleanUp.splice(0).toReversed()) await step();
  });

  /** Returns what was written meanwhile, by key. */
  const scale = async (open: () => Broker): Promise<Record<string, string[]>> => {
    const opened = (): Broker => {
      const broker = open();
      cleanUp.push(() => broker.close());
      return broker;
    };
    const watching = opened();
    cleanUp.push(await lab.publishOn(opened()));
    const join = async (): Promise<() => Promise<void>> => {
      const stop = await lab.storeFrom(opened());
      cleanUp.push(stop);
      return stop;
    };
    const members = (count: number) =>
      eventually(async () => expect((await watching.describe(GROUP, [notes.topic])).members).toBe(count), WITHIN);
    /** Under this number of members something goes on arriving. */
    const flows = async (): Promise<void> => {
      const stored = async () => Object.values(await lab.received()).flat().length;
      const before = await stored();
      await eventually(async () => expect(await stored()).toBeGreaterThan(before + 2 * STREAMS), WITHIN);
    };
    const load = new AbortController();
    const written: Record<string, string[]> = {};
    const writing = (async () => {
      for (let number = 0; !load.signal.aborted; number += 1) {
        const key = `k${number % STREAMS}`;
        await lab.append(`note-${key}`, `${number}`);
        (written[key] ??= []).push(`${number}`);
        await sleep(5);
      }
    })();
    try {
      await join();
      await members(1);
      await flows();
      const others = [await join(), await join()];
      await members(3);
      await flows();
      await Promise.all(others.map((stop) => stop()));
      await members(1);
      await flows();
    } finally {
      load.abort();
      await writing;
    }
    return written;
  };
  const arrived = (written: Record<string, string[]>) =>
    eventually(async () => expect(await lab.received()).toEqual(written), WITHIN);

  it('stores each message once and in the order of its key, on PostgreSQL [18]', async () => {
    const { url, drop } = await createTestDatabase();
    cleanUp.push(drop);
    const written = await scale(() => new PostgresBroker({ connection: { url, applicationName: 'test' } }));
    await arrived(written);
    expect(await lab.received()).toEqual(written);
  });

  it.skipIf(!kafka)('stores each message once and in the order of its key, on Kafka [18]', async () => {
    const written = await scale(() => new KafkaBroker({ ...kafka!, clientId: 'test' }));
    await arrived(written);
    expect(await lab.received()).toEqual(written);
  });
});
