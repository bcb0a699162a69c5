// One process's share of a relay. relay-shards.int.spec.ts runs it in its own process, and as a process of its own.
import { DataSource } from 'typeorm';
import { Event, EventRegistry, systemClock, systemIds } from '../../core/index.js';
import { IntegrationEvent, relaySubscription } from '../../messaging/index.js';
import {
  divisibleCheckpoints,
  LiveTail,
  ProcessSubscriptions,
  segmentsOf,
  silentLogger,
} from '../../subscriptions/index.js';
import { PostgresCheckpointStore } from '../stores/checkpoint-store.js';
import { dataSourceConnection } from '../connections/connection-options.js';
import { PostgresDatabase } from '../connections/database.js';
import { eventsTable } from '../log/log-table.js';
import { PostgresMemberStore } from '../stores/member-store.js';
import { PostgresParkingStore } from '../stores/parking-store.js';
import { PostgresSettledLog } from '../log/settled-log.js';
import { PostgresSubscriptionControl } from '../stores/subscription-control.js';
import { PostgresUnitOfWork } from '../connections/unit-of-work.js';
import { PostgresBroker } from './postgres-broker.js';

@Event('order.counted')
export class OrderCounted {
  constructor(readonly number: number) {}
}

@IntegrationEvent('shop.order.counted.v1')
export class OrderCountedV1 {
  constructor(
    readonly orderId: string,
    readonly number: number,
  ) {}
}

export const TOPIC = 'shop.order.events.v1';
export const PUBLISHER = 'order-publisher';

export interface RelayWorker {
  /** Checkpoints by segment. */
  readonly held: () => readonly string[];
  stop(): Promise<void>;
}

export interface RelayWorkerOptions {
  readonly url: string;
  readonly busUrl: string;
  readonly owner: string;
  readonly shards: number;
  /** Of events whose message nobody can publish. */
  readonly isBad?: (number: number) => boolean;
}

export async function startRelayWorker(options: RelayWorkerOptions): Promise<RelayWorker> {
  const { url, busUrl, owner, shards, isBad = () => false } = options;
  const connection = { url, applicationName: owner };
  const dataSource = await new DataSource(dataSourceConnection(connection)).initialize();
  const database = new PostgresDatabase({ ...connection, dataSource });
  const log = new PostgresSettledLog({ connection, table: eventsTable });
  const tail = new LiveTail(log, systemClock, { pollMs: 50 });
  const broker = new PostgresBroker({ connection: { url: busUrl, applicationName: owner } });
  const definitions = segmentsOf(shards).map((segment) => ({
    ...relaySubscription({
      name: PUBLISHER,
      topic: TOPIC,
      source: '/order-service',
      publish: new Map([
        [
          OrderCounted,
          ({ number }: OrderCounted, { stream }) => {
            if (isBad(number)) throw new TypeError('no');
            return new OrderCountedV1(stream.id, number);
          },
        ],
      ]),
      key: (_event, { stream }) => stream.id,
      registry: new EventRegistry().register(OrderCounted),
      broker,
      batchSize: 20,
      segment,
    }),
    retry: { maxAttempts: 1 },
  }));
  const stores = {
    parking: new PostgresParkingStore(database),
    control: new PostgresSubscriptionControl(database),
    unitOfWork: new PostgresUnitOfWork(database),
  };
  const checkpoints = divisibleCheckpoints({
    ...stores,
    checkpoints: new PostgresCheckpointStore(database),
    segments: definitions,
    logger: silentLogger,
  });
  const subscriptions = new ProcessSubscriptions({
    ...stores,
    definitions,
    checkpoints,
    members: new PostgresMemberStore(database),
    clock: systemClock,
    ids: systemIds,
    owner,
    pollMs: 200,
    leaseTtlMs: 2_000,
    tailOf: () => tail,
    loggerOf: () => silentLogger,
  });
  subscriptions.start();
  return {
    held: () => subscriptions.statuses().flatMap(({ name, state }) => (state === 'running' ? [name] : [])),
    async stop() {
      await subscriptions.stop();
      tail.close();
      await broker.close();
      await log.close();
      await database.close();
      await dataSource.destroy();
    },
  };
}

const [, script, url, busUrl, owner, shards] = process.argv;
if (shards && script === import.meta.filename)
  await startRelayWorker({ url: url!, busUrl: busUrl!, owner: owner!, shards: Number(shards) });
