// Run by contention.int.spec.ts as a process of its own: writers that fight for a few streams, each appending on the version it saw.
import { DataSource } from 'typeorm';
import { systemIds, WrongExpectedVersionError, type EventToAppend } from '../../core/index.js';
import { dataSourceConnection } from '../connections/connection-options.js';
import { PostgresDatabase } from '../connections/database.js';
import { PostgresEventStore } from '../log/postgres-event-store.js';

/** What the test asks for, as JSON in the first argument. */
export interface ContentionOrder {
  readonly url: string;
  readonly writers: number;
  readonly streams: readonly string[];
  readonly appendsOfWriter: number;
  /** Events in an append are 1 … so many. */
  readonly largest: number;
}

/** What it is told, as one line of JSON. */
export interface ContentionReport {
  /** Of each accepted append: stream, ids of its events, and the version of the first one. */
  readonly accepted: readonly {
    readonly stream: string;
    readonly ids: readonly string[];
    readonly firstVersion: number;
  }[];
  readonly conflicts: number;
  /** Anything but a conflict; and a conflict whose actual version is the expected one. */
  readonly innocent: readonly string[];
}

const order = JSON.parse(process.argv[2]!) as ContentionOrder;
const connection = { url: order.url, applicationName: 'contention' };
const dataSource = await new DataSource(dataSourceConnection(connection)).initialize();
const database = new PostgresDatabase({ ...connection, dataSource });
const store = new PostgresEventStore({ database });
const report = { accepted: [] as ContentionReport['accepted'][number][], conflicts: 0, innocent: [] as string[] };

await Promise.all(Array.from({ length: order.writers }, (_, writer) => write(writer)));
process.stdout.write(`${JSON.stringify(report)}\n`);
await database.close();
await dataSource.destroy();

async function write(writer: number): Promise<void> {
  for (let append = 0; append < order.appendsOfWriter; append += 1) {
    const stream = order.streams[(writer * 7 + append) % order.streams.length]!;
    const expected = await store.streamVersion(stream);
    const events = Array.from({ length: 1 + (append % order.largest) }, newEvent);
    try {
      const { firstVersion } = await store.append({ stream, expected, events });
      report.accepted.push({ stream, ids: events.map(({ id }) => id), firstVersion });
    } catch (error) {
      if (error instanceof WrongExpectedVersionError && error.actual !== expected) report.conflicts += 1;
      else report.innocent.push(String(error));
    }
  }
}

function newEvent(): EventToAppend {
  const id = systemIds.next();
  return { id, type: 'account.deposited', schemaVersion: 1, data: { amountMinor: 1 }, metadata: { correlationId: id } };
}
