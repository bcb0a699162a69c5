// One process's share of a projection that writes down what it sees. segments.int.spec.ts runs it in its own process, and as a process of its own.
import { DataSource, type EntityManager } from 'typeorm';
import { systemClock, systemIds } from '../core/index.js';
import {
  LiveTail,
  segmentOf,
  segmentsOf,
  SegmentShare,
  segmentName,
  silentLogger,
  SubscriptionRunner,
  type TransactionalSubscription,
} from '../subscriptions/index.js';
import { PostgresCheckpointStore } from './stores/checkpoint-store.js';
import { dataSourceConnection } from './connections/connection-options.js';
import { PostgresDatabase } from './connections/database.js';
import { eventsTable } from './log/log-table.js';
import { PostgresMemberStore } from './stores/member-store.js';
import { PostgresParkingStore } from './stores/parking-store.js';
import { PostgresSettledLog } from './log/settled-log.js';
import { PostgresUnitOfWork } from './connections/unit-of-work.js';

export const SEGMENTS = 4;
export const PROJECTION = 'seen@v1';

export interface Worker {
  stop(): Promise<void>;
}

/** Writes into `seen`, in the transaction of the checkpoint, who has seen what. */
export async function startWorker(url: string, owner: string): Promise<Worker> {
  const connection = { url, applicationName: owner };
  const dataSource = await new DataSource(dataSourceConnection(connection)).initialize();
  const database = new PostgresDatabase({ ...connection, dataSource });
  const log = new PostgresSettledLog({ connection, table: eventsTable });
  const tail = new LiveTail(log, systemClock, { pollMs: 100 });
  const checkpoints = new PostgresCheckpointStore(database);
  const shared = { checkpoints, clock: systemClock, ids: systemIds, logger: silentLogger, owner, pollMs: 200 };
  const segments = segmentsOf(SEGMENTS).map((segment): TransactionalSubscription => ({
    name: segmentName(PROJECTION, segment!),
    segmentOf: PROJECTION,
    log: 'events',
    start: 'beginning',
    delivery: 'transactional',
    wants: ({ key }) => segmentOf(key, SEGMENTS) === segment!.index,
    handle: async ({ position, key, version }, { db }) => {
      const row = [owner, segment!.index, position, key, version];
      await (db as EntityManager).query(
        'INSERT INTO seen (owner, segment, position, stream, version) VALUES ($1, $2, $3, $4, $5)',
        row,
      );
    },
  }));
  const share = new SegmentShare({
    ...shared,
    group: { name: PROJECTION, log: 'events' },
    segments,
    initial: () => log.beginning(),
    members: new PostgresMemberStore(database),
    leaseTtlMs: 2_000,
    createRunner: (definition) =>
      new SubscriptionRunner({
        ...shared,
        definition,
        tail,
        parking: new PostgresParkingStore(database),
        unitOfWork: new PostgresUnitOfWork(database),
        batchSize: 50,
        leaseTtlMs: 2_000,
      }),
  });
  share.start();
  return {
    async stop() {
      await share.stop();
      tail.close();
      await log.close();
      await database.close();
      await dataSource.destroy();
    },
  };
}

const [, script, url, owner] = process.argv;
if (url && owner && script === import.meta.filename) await startWorker(url, owner);
