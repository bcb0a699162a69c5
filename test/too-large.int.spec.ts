// An event that no broker takes, through the whole relay: it is parked with its reason, its successors wait with it, and everything else flows.
import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KafkaBroker } from '../libs/event-store/src/kafka/index.js';
import type { Broker } from '../libs/event-store/src/messaging/index.js';
import { PostgresBroker } from '../libs/event-store/src/postgres/index.js';
import { eventually } from './support/eventually.js';
import { kafkaForTests } from './support/kafka.js';
import { createTestDatabase } from './support/postgres.js';
import { growingTo, notes, PUBLISHER, RelayLab } from './support/relay-lab.js';

const TWO_MEGABYTES = 2 * 1024 * 1024;
const kafka = await kafkaForTests();

describe('an event that is too large to be published', { timeout: 60_000 }, () => {
  let lab: RelayLab;
  const cleanUp: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    lab = await RelayLab.open();
    cleanUp.push(() => lab.close());
  });
  afterEach(async () => {
    for (const step of cleanUp.splice(0).toReversed()) await step();
  });

  const openKafka = (): Broker => {
    const broker = new KafkaBroker({ ...kafka!, clientId: 'test' });
    cleanUp.push(() => broker.close());
    return broker;
  };
  const openPostgres = async (): Promise<Broker> => {
    const { url, drop } = await createTestDatabase();
    const broker = new PostgresBroker({ connection: { url, applicationName: 'test' } });
    cleanUp.push(drop, () => broker.close());
    return broker;
  };
  /** As an operator may set it, below what we admit. */
  const limitTopic = async (bytes: number): Promise<void> => {
    const admin = new Kafka({ brokers: [...kafka!.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
    const name = kafka!.prefix + notes.topic;
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name, configEntries }] });
    await admin.disconnect();
  };

  /** Returns the reason that is kept with it. */
  const playOn = async (broker: Broker, large: string): Promise<string> => {
    await lab.append('note-a', 'a1');
    cleanUp.push(await lab.storeFrom(broker), await lab.publishOn(broker));
    await eventually(async () => expect(await lab.received()).toEqual({ a: ['a1'] }));
    await lab.append('note-a', large, 'a3');
    await lab.append('note-b', 'b1', 'b2');
    await lab.append('note-a', 'a4');
    await lab.append('note-b', 'b3');
    await eventually(async () => expect(await lab.received()).toEqual({ a: ['a1'], b: ['b1', 'b2', 'b3'] }), {
      timeoutMs: 20_000,
    });
    const aside = await eventually(async () => {
      const all = await lab.parking.list({ name: PUBLISHER });
      expect(all.map(({ key, status }) => [key, status])).toEqual([
        ['note-a', 'parked'],
        ['note-a', 'behind'],
        ['note-a', 'behind'],
      ]);
      return all;
    });
    expect(aside[0]!.attempts).toBe(1);
    await lab.parking.discard({ name: PUBLISHER, log: 'events' }, aside[0]!.position);
    await eventually(async () => expect(await lab.received()).toMatchObject({ a: ['a1', 'a3', 'a4'] }));
    return aside[0]!.reason;
  };

  it('waits with its successors, and everything else flows: 2 MB on PostgreSQL [10]', async () => {
    const reason = await playOn(await openPostgres(), growingTo(TWO_MEGABYTES));
    expect(reason).toMatch(/^ES-1401: .* has 20971\d\d bytes, at most 1048576/);
  });

  it.skipIf(!kafka)('waits with its successors, and everything else flows: 2 MB on Kafka [10]', async () => {
    const reason = await playOn(openKafka(), growingTo(TWO_MEGABYTES));
    expect(reason).toMatch(/^ES-1401: .* has 20971\d\d bytes, at most 1048576/);
  });

  it.skipIf(!kafka)(
    'waits with its successors, and everything else flows: above max.message.bytes of Kafka [10]',
    async () => {
      const broker = openKafka();
      await broker.ensureTopics([{ name: notes.topic, partitions: notes.partitions }]);
      await limitTopic(100_000);
      expect(await playOn(broker, randomBytes(200_000).toString('hex'))).toMatch(/^ES-1402: .*max\.message\.bytes/);
    },
  );
});
