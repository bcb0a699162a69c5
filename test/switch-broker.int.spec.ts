// The steps of docs/how-to/switch-broker.md, with two services: what is published, what waits and what is on its way survives the change to Kafka.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KafkaBroker } from '../libs/event-store/src/kafka/index.js';
import type { Broker } from '../libs/event-store/src/messaging/index.js';
import { PostgresBroker } from '../libs/event-store/src/postgres/index.js';
import { eventually } from './support/eventually.js';
import { kafkaForTests } from './support/kafka.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';
import { GROUP, notes, RelayLab } from './support/relay-lab.js';

const kafka = await kafkaForTests();

describe.skipIf(!kafka)('the switch from the PostgreSQL broker to Kafka', { timeout: 60_000 }, () => {
  let lab: RelayLab;
  let bus: TestDatabase;
  const cleanUp: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    [lab, bus] = await Promise.all([RelayLab.open(), createTestDatabase()]);
    cleanUp.push(
      () => lab.close(),
      () => bus.drop(),
    );
  });
  afterEach(async () => {
    for (const step of cleanUp.splice(0).toReversed()) await step();
  });

  const brokers: Record<'postgres' | 'kafka', () => Broker> = {
    postgres: () => new PostgresBroker({ connection: { url: bus.url, applicationName: 'test' } }),
    kafka: () => new KafkaBroker({ ...kafka!, clientId: 'test' }),
  };
  /** As `MESSAGE_BROKER` says; stops what it started when it is called again, as a restart does. */
  let stop: () => Promise<void> = () => Promise.resolve();
  const run = async (kind: keyof typeof brokers, services: { readonly receiver: boolean }): Promise<Broker> => {
    await stop();
    const broker = brokers[kind]();
    const steps = [await lab.publishOn(broker), ...(services.receiver ? [await lab.storeFrom(broker)] : [])];
    stop = async () => {
      await Promise.all(steps.map((step) => step()));
      await broker.close();
      stop = () => Promise.resolve();
    };
    cleanUp.push(() => stop());
    return broker;
  };
  const published = () =>
    eventually(async () => {
      const { position, end } = await lab.relayed();
      expect(position).toBe(end);
    });
  const lagOf = async (broker: Broker) => (await broker.lag(GROUP, [notes.topic]))[0]!.messages;
  const receivedAll = (expected: Record<string, string[]>) =>
    eventually(async () => expect(await lab.received()).toEqual(expected), { timeoutMs: 20_000 });

  it('loses nothing once the old broker has run dry; what nobody has published yet goes out on the new one', async () => {
    const old = await run('postgres', { receiver: false });
    await lab.append('note-a', 'a1', 'a2');
    await lab.append('note-b', 'b1');
    await published();
    expect(await lagOf(old)).toBe(3); // on the bus and not fetched: not yet the time to switch

    const dry = await run('postgres', { receiver: true });
    await eventually(async () => expect(await lagOf(dry)).toBe(0), { timeoutMs: 20_000 });
    await stop();
    await lab.append('note-a', 'a3'); // committed while nothing runs: the log is the outbox

    const next = await run('kafka', { receiver: true });
    await lab.append('note-b', 'b2');
    await receivedAll({ a: ['a1', 'a2', 'a3'], b: ['b1', 'b2'] });
    await eventually(async () => expect(await lagOf(next)).toBe(0));
  });

  it('can be gone back on for what was left on the old broker: it arrives after all, and nothing twice', async () => {
    const old = await run('postgres', { receiver: false });
    await lab.append('note-a', 'a1');
    await published();
    expect(await lagOf(old)).toBe(1);
    await run('kafka', { receiver: true }); // too early
    await lab.append('note-b', 'b1');
    await receivedAll({ b: ['b1'] });

    const again = await run('postgres', { receiver: true });
    await eventually(async () => expect(await lagOf(again)).toBe(0), { timeoutMs: 20_000 });
    await run('kafka', { receiver: true });
    await lab.append('note-a', 'a2');
    await receivedAll({ b: ['b1'], a: ['a1', 'a2'] });
  });
});
