// From one context's events to another's inbox over the bus, with the bus failing in between: nothing lost, nothing twice, in order per key.
import { IsInt, IsString } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCuttableProxy, type CuttableProxy } from '../../../../../test/support/cuttable-proxy.js';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { createTestDatabase, type TestDatabase } from '../../../../../test/support/postgres.js';
import { Event, EventRegistry, systemClock, systemIds, type LogRecord } from '../../core/index.js';
import {
  InboxConsumer,
  IntegrationEvent,
  integrationDecoder,
  relaySubscription,
  topic,
} from '../../messaging/index.js';
import { LiveTail, silentLogger, SubscriptionRunner } from '../../subscriptions/index.js';
import { PostgresCheckpointStore } from '../stores/checkpoint-store.js';
import { PostgresInboundLog } from '../log/inbound-log.js';
import { eventsTable, inboundTable } from '../log/log-table.js';
import { PostgresParkingStore } from '../stores/parking-store.js';
import { PostgresSettledLog } from '../log/settled-log.js';
import { PostgresBroker } from './postgres-broker.js';

@Event('order.counted')
class OrderCounted {
  constructor(readonly number: number) {}
}
@IntegrationEvent('shop.order.counted.v1')
class OrderCountedV1 {
  @IsString() readonly orderId: string;
  @IsInt() readonly number: number;
  constructor(orderId: string, number: number) {
    this.orderId = orderId;
    this.number = number;
  }
}

const orders = topic('shop.order.events.v1', [OrderCountedV1], { partitions: 3 });
const STREAMS = 5;
const ROUNDS = 40;
const TIMEOUT = { timeout: 20_000, interval: 50 };

describe('relay, bus and inbox', () => {
  let [sender, receiver] = [] as unknown as [TestStore, TestStore];
  let busDatabase: TestDatabase;
  let proxy: CuttableProxy;
  const cleanUp: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    [sender, receiver, busDatabase] = await Promise.all([openTestStore(), openTestStore(), createTestDatabase()]);
    proxy = await startCuttableProxy(busDatabase.url);
    cleanUp.push(
      () => Promise.all([sender.close(), receiver.close()]),
      () => busDatabase.drop(),
      () => proxy.close(),
    );
  });
  afterAll(async () => {
    for (const step of cleanUp.splice(0).toReversed()) await step();
  });

  const openBroker = (): PostgresBroker => {
    const times = { beatMs: 100, pollMs: 200, maxBackoffMs: 200 };
    const broker = new PostgresBroker({ connection: { url: proxy.url, applicationName: 'test' }, times });
    cleanUp.push(() => broker.close());
    return broker;
  };
  const openLog = (store: TestStore, table: typeof eventsTable): PostgresSettledLog => {
    const log = new PostgresSettledLog({ connection: { url: store.url, applicationName: 'test' }, table });
    cleanUp.push(() => log.close());
    return log;
  };
  const readAll = async (log: PostgresSettledLog): Promise<LogRecord[]> => {
    const all: LogRecord[] = [];
    for (let cursor = await log.beginning(); ; cursor = { ...cursor, position: all.at(-1)!.position }) {
      const records = await log.read(cursor, 1_000);
      if (records.length === 0) return all;
      all.push(...records);
    }
  };
  const append = (round: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: STREAMS }, (_, n) =>
        sender.store.append({
          stream: `order-${n}`,
          expected: round,
          events: [
            {
              id: systemIds.next(),
              type: 'order.counted',
              schemaVersion: 1,
              data: { number: round },
              metadata: { correlationId: 'c' },
            },
          ],
        }),
      ),
    );
  const startRelay = (broker: PostgresBroker): void => {
    const definition = relaySubscription({
      name: 'order-publisher',
      topic: orders.topic,
      source: '/order-service',
      publish: new Map([
        [OrderCounted, ({ number }: OrderCounted, { stream }) => new OrderCountedV1(stream.id, number)],
      ]),
      key: (_event, { stream }) => stream.id,
      registry: new EventRegistry().register(OrderCounted),
      broker,
    });
    const runner = new SubscriptionRunner({
      definition,
      tail: new LiveTail(openLog(sender, eventsTable), systemClock, { pollMs: 50 }),
      checkpoints: new PostgresCheckpointStore(sender.database),
      parking: new PostgresParkingStore(sender.database),
      unitOfWork: sender.unitOfWork,
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
      owner: 'test',
      pollMs: 50,
    });
    runner.start();
    cleanUp.push(() => runner.stop());
  };

  it('carries every event once and in order, while the bus goes away and comes back', async () => {
    const [outgoing, incoming] = [openBroker(), openBroker()];
    await Promise.all([outgoing.start(), incoming.start()]);
    await outgoing.ensureTopics([{ name: orders.topic, partitions: orders.partitions }]);
    startRelay(outgoing);
    const inbox = new InboxConsumer({
      broker: incoming,
      inbound: new PostgresInboundLog(receiver.database),
      decoder: integrationDecoder([orders]),
      group: 'payment-service',
    });
    await inbox.start();
    cleanUp.push(() => inbox.stop());

    for (let round = 0; round < ROUNDS; round += 1) {
      if (round === 10 || round === 25) await proxy.cut();
      if (round === 15 || round === 30) await proxy.restore();
      await append(round);
    }
    const log = openLog(receiver, inboundTable);
    const stored = await vi.waitFor(async () => {
      const records = await readAll(log);
      expect(records).toHaveLength(STREAMS * ROUNDS);
      return records;
    }, TIMEOUT);
    for (let n = 0; n < STREAMS; n += 1) {
      const numbers = stored.filter(({ key }) => key === String(n)).map(({ data }) => (data as OrderCountedV1).number);
      expect(numbers).toEqual(Array.from({ length: ROUNDS }, (_, round) => round));
    }
    expect(stored[0]).toMatchObject({
      type: 'shop.order.counted.v1',
      metadata: { correlationId: 'c' },
    } satisfies Partial<LogRecord>);
    const lag = (): Promise<unknown> => incoming.lag('payment-service', [orders.topic]);
    await vi.waitFor(async () => expect(await lag()).toEqual([{ topic: orders.topic, messages: 0 }]), TIMEOUT);
  });

  it('keeps poison of every kind aside in PostgreSQL, and the partition goes on', async () => {
    const broker = openBroker();
    const inbound = new PostgresInboundLog(receiver.database);
    const inbox = new InboxConsumer({ broker, inbound, decoder: integrationDecoder([orders]), group: 'other-service' });
    await inbox.start();
    cleanUp.push(() => inbox.stop());
    const headers = { ce_id: 'p', ce_type: 'shop.order.counted.v1' };
    const send = (value: string | Buffer, over: Record<string, string> = {}) =>
      broker.publish([
        { topic: orders.topic, key: 'poison', headers: { ...headers, ...over }, value: Buffer.from(value) },
      ]);
    await send('{"orderId":"a\\u0000","number":1}');
    await send(Buffer.from([0, 255, 254]));
    await send('{"orderId":"1","number":1}', { ce_type: 'constructor' });
    await send('{"orderId":"1","number":1,"__proto__":{}}');
    await send('{"orderId":"poison","number":1}', { ce_id: 'good' });
    await send('{"orderId":"poison","number":2}', { ce_id: 'good' });
    await vi.waitFor(async () => {
      const reasons = (await inbound.unreadable()).map(({ reasonCode }) => reasonCode);
      expect(reasons.toReversed()).toEqual(['invalid-data', 'not-json', 'unknown-type', 'invalid-data', 'id-reused']);
    }, TIMEOUT);
    const log = openLog(receiver, inboundTable);
    const records = await readAll(log);
    expect(records.filter(({ key }) => key === 'poison').map(({ id, data }) => [id, data])).toEqual([
      ['good', { orderId: 'poison', number: 1 }],
    ]);
  });
});
