// Builds the rows of one stream again, in one transaction, in a read model that goes on serving.
import { EventRegistry, splitStream, type LogRecord, type StoredEvent } from '../../core/index.js';
import { asyncProjection, logsOfEvents, projectionName, segmentNames, segmentOf } from '../../subscriptions/index.js';
import type { Order } from '../change-parked.js';
import type { OperatedContext } from '../operated-context.js';
import { NO_TABLES } from './cancel-rebuild.js';
import { ProjectionPausedError, ProjectionRefusedError } from './errors.js';
import type { OperatedProjection, ReadModelTables } from './operated-projection.js';

export interface RebuildStreamOptions extends Order {
  readonly projection: OperatedProjection;
  readonly inboundTypes: ReadonlySet<string>;
  readonly tables: ReadModelTables;
  /** E.g. `order-0198…`. */
  readonly stream: string;
  readonly owner: string;
}

export interface StreamRebuilt {
  /** Rows that were deleted before. */
  readonly deleted: number;
  readonly events: number;
}

const PAGE = 500;
const TTL_MS = 60_000;

/**
 * The lease is taken over first, so that the unit of work a service has open rolls back; it goes on when this is done. Up to the
 * checkpoint: what comes later is the service's. What is set aside stays so.
 * @throws ProjectionRefusedError | ProjectionPausedError; LeaseLostError when it took longer than a minute.
 */
export async function rebuildStream(context: OperatedContext, options: RebuildStreamOptions): Promise<StreamRebuilt> {
  const { projection, tables, stream, owner, actor, reason, dryRun, inboundTypes } = options;
  const { unitOfWork, control, checkpoints, operations } = context;
  assertPossible(projection, inboundTypes);
  const names = segmentNames(projectionName(projection), projection.segments);
  const key = { name: names[names.length > 1 ? segmentOf(stream, names.length) : 0]!, log: 'events' } as const;
  const subscription = asyncProjection({
    ...projection,
    registry: new EventRegistry({ partial: true }).register(...projection.handlers.keys()),
  });
  const place = (await checkpoints.list()).find(({ name, log }) => name === key.name && log === key.log);
  if (!place) throw new ProjectionRefusedError(projection, 'has never run here: there are no rows to build again.');
  if (dryRun) return { deleted: 0, events: (await records(context, key.name, stream, place.cursor.position)).length };
  const lease = await control.takeOver(key, owner, TTL_MS);
  if (!lease) throw new ProjectionPausedError(place);
  try {
    return await unitOfWork.run(async (transaction) => {
      const deleted = await tables.emptyOf(transaction.db, splitStream(stream).id);
      const found = await records(context, key.name, stream, lease.cursor.position);
      const wanted = found.filter((record) => subscription.wants(record));
      for (const record of wanted) await subscription.handle(record, transaction);
      await checkpoints.save(lease, lease.cursor.position); // fenced: whoever has it now would write the same rows
      const subject = `${context.name}/${key.name}`;
      const detail = { stream, deleted, events: wanted.length };
      await operations.record({ actor, reason, action: 'projection.rebuild-stream', subject, detail });
      return { deleted, events: wanted.length };
    });
  } finally {
    await checkpoints.release(lease);
  }
}

function assertPossible(projection: OperatedProjection, inboundTypes: ReadonlySet<string>): void {
  if (projection.tables.length === 0) throw new ProjectionRefusedError(projection, NO_TABLES);
  if (projection.inline || projection.streamKey === undefined) {
    throw new ProjectionRefusedError(
      projection,
      "does not say whose rows are whose. Where every row belongs to one stream, name the property with its id: @Projection(…, { streamKey: 'id' }). " +
        'An inline projection cannot be built so.',
    );
  }
  if (logsOfEvents(projection.handlers.keys(), inboundTypes).includes('inbound')) {
    throw new ProjectionRefusedError(
      projection,
      'also reads messages of other contexts, which a stream does not have. Build a new version instead.',
    );
  }
}

/** Up to and with `position`, without those that the projection has set aside. */
async function records(
  { events, parking }: OperatedContext,
  name: string,
  stream: string,
  position: bigint,
): Promise<LogRecord[]> {
  const aside = new Set((await parking.list({ name, key: stream })).map((one) => one.position));
  const found: LogRecord[] = [];
  for (let fromVersion = 1; ; fromVersion += PAGE) {
    const page = await events.readStream(stream, { fromVersion, toVersion: fromVersion + PAGE - 1 });
    found.push(...page.filter((one) => one.position <= position && !aside.has(one.position)).map(toRecord));
    if (page.length < PAGE) return found;
  }
}

function toRecord({ stream, occurredAt, ...event }: StoredEvent): LogRecord {
  return { ...event, key: stream, time: occurredAt };
}
