// The process that catches up: a subscription from the beginning of the log, as a service runs it. It tells the largest resident set it had, in megabytes.
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { systemClock, systemIds } from '../../libs/event-store/src/core/index.js';
import {
  dataSourceConnection,
  eventsTable,
  PostgresCheckpointStore,
  PostgresDatabase,
  PostgresParkingStore,
  PostgresSettledLog,
  PostgresUnitOfWork,
} from '../../libs/event-store/src/postgres/index.js';
import { LiveTail, silentLogger, SubscriptionRunner } from '../../libs/event-store/src/subscriptions/index.js';

const [url, count] = process.argv.slice(2) as [string, string];
const connection = { url, applicationName: 'bench-subscriber' };
const dataSource = await new DataSource(dataSourceConnection(connection)).initialize();
const database = new PostgresDatabase({ ...connection, dataSource });
const log = new PostgresSettledLog({ connection, table: eventsTable });

let seen = 0;
const runner = new SubscriptionRunner({
  definition: {
    name: 'catch-up',
    log: 'events',
    start: 'beginning',
    delivery: 'transactional',
    wants: () => true,
    handle: () => Promise.resolve(void (seen += 1)),
  },
  tail: new LiveTail(log, systemClock),
  checkpoints: new PostgresCheckpointStore(database),
  parking: new PostgresParkingStore(database),
  unitOfWork: new PostgresUnitOfWork(database),
  clock: systemClock,
  ids: systemIds,
  logger: silentLogger,
  owner: 'bench',
});
runner.start();
while (seen < Number(count)) await sleep(50);
await runner.stop();
process.send!(process.resourceUsage().maxRSS / 1_024); // kilobytes
process.disconnect();
await log.close();
await database.close();
await dataSource.destroy();
