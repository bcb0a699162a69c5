// The contract on PostgreSQL, and what a mirror does there: two replicas, and data that stay encrypted.
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../test/support/eventually.js';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { systemClock, systemIds } from '../../core/index.js';
import { MemoryBroker } from '../../memory/index.js';
import { DeadLetterMirror, type ReceivedMessage } from '../../messaging/index.js';
import { silentLogger } from '../../subscriptions/index.js';
import { describeDeadLetters } from '../../testing/contracts/dead-letter-store.contract.js';
import { PostgresDeadLetterStore } from './dead-letter-store.js';
import { PostgresInboundLog } from '../log/inbound-log.js';
import { PostgresOperatorChanges } from '../operations/operator-changes.js';
import { PostgresParkedDirectory } from '../operations/parked-directory.js';
import { PostgresParkingStore } from './parking-store.js';
import { eventsTable, inboundTable, outgoingTable } from '../log/log-table.js';
import { PostgresSettledLog } from '../log/settled-log.js';
import { Waking } from '../log/waking.js';

let contract: TestStore | undefined;

async function emptied(): Promise<TestStore> {
  contract ??= await openTestStore();
  await contract.database.query({ text: 'DELETE FROM event_store.parked_messages' });
  await contract.database.query({ text: 'DELETE FROM event_store.unreadable_messages' });
  return contract;
}

describeDeadLetters(
  'PostgreSQL',
  async () => {
    const { database } = await emptied();
    return {
      deadLetters: new PostgresDeadLetterStore(database),
      parking: new PostgresParkingStore(database),
      inbound: new PostgresInboundLog(database),
      parked: new PostgresParkedDirectory(database),
      changes: new PostgresOperatorChanges('order-service', database, new Waking()),
    };
  },
  async () => contract?.close(),
);

describe('a dead-letter mirror on PostgreSQL', () => {
  let test: TestStore;
  const closing: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    test = await openTestStore();
  });
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
    await test.close();
  });

  it('of two replicas sends each once, as its log holds it', async () => {
    const { database, store } = test;
    const broker = new MemoryBroker();
    const received: ReceivedMessage[] = [];
    const topic = 'order.dead-letter';
    await broker.ensureTopics([{ name: topic, partitions: 1 }]);
    await broker.consume({ group: 'g', topics: [topic], handler: async (batch) => (received.push(...batch), 'ack') });
    const parking = new PostgresParkingStore(database);
    const sealed = { $personal: randomBytes(24).toString('base64') };
    for (let index = 0; index < 60; index += 1) {
      const id = randomUUID();
      const stream = `order-${id}`;
      const data = { index, name: sealed };
      const metadata = { correlationId: 'c' };
      const event = { id, type: 'order.placed', schemaVersion: 1, data, metadata };
      const { position } = await store.append({ stream, expected: 'no-stream', events: [event] });
      const record = { position, id, type: event.type, key: stream };
      const forGood = { attempts: 8, reason: 'ES-1201: down', delayMs: undefined };
      await parking.setAside({ name: 'summary', log: 'events' }, record, forGood);
    }
    const connection = { url: test.url, applicationName: 'mirror' };
    const waking = new Waking({ connection, warn: () => undefined });
    closing.push(() => waking.close());
    const [events, inbound, outgoing] = [eventsTable, inboundTable, outgoingTable].map((table) => {
      const log = new PostgresSettledLog({ connection, table, waking });
      closing.push(() => log.close());
      return log;
    });
    const deadLetters = new PostgresDeadLetterStore(database);
    const mirrors = [1, 2].map(
      () =>
        new DeadLetterMirror({
          topic,
          service: 'order-service',
          store: deadLetters,
          broker,
          logs: { events: events!, inbound: inbound!, outgoing: outgoing! },
          refOf: (letter) => (letter.kind === 'record' ? String(letter.message.position) : String(letter.id)),
          clock: systemClock,
          ids: systemIds,
          logger: silentLogger,
        }),
    );
    for (const mirror of mirrors) {
      mirror.start();
      closing.push(() => mirror.stop());
    }
    await eventually(async () => {
      expect(received).toHaveLength(60);
      expect(await deadLetters.waiting()).toBe(0);
    });
    expect(new Set(received.map(({ headers }) => headers['dead-letter-id'])).size).toBe(60);
    expect(JSON.parse(received[0]!.value!.toString())).toMatchObject({ name: sealed });
  });
});
