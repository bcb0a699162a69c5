// A read model as a subscription: handlers by event class; rows and checkpoint commit together.
import {
  EventNotRegisteredError,
  SUBJECT_FORGOTTEN,
  type Class,
  type EventContext,
  type EventRegistry,
  type LogName,
} from '../../core/index.js';
import { eventsIn, namesOfAll } from '../event-context.js';
import type { RetryPolicy } from '../retry-policy.js';
import { segmentName, segmentOf, type Segment } from '../segments/segments.js';
import type { TransactionalSubscription, UnknownPolicy } from '../subscription.js';

/** `db` is what the transaction writes with: TypeORM's EntityManager on PostgreSQL. */
export type ProjectionHandler = (event: object, context: EventContext, db: unknown) => unknown;

export interface Projection {
  readonly name: string;
  /** A new version is a new subscription from the beginning, built beside the old one. */
  readonly version: number;
  readonly handlers: ReadonlyMap<Class, ProjectionHandler>;
}

export interface AsyncProjectionOptions extends Projection {
  readonly registry: EventRegistry;
  /** Default: the service's own events. */
  readonly log?: LogName;
  readonly retry?: Partial<RetryPolicy>;
  readonly deadlineMs?: number;
  /** Only the streams of this segment; the subscription is then one of several. Default: all streams. */
  readonly segment?: Segment;
  readonly caughtUp?: TransactionalSubscription['caughtUp'];
  readonly unknown?: UnknownPolicy | undefined;
}

/** @throws EventNotRegisteredError a handler for a class outside the registry. */
export function asyncProjection(options: AsyncProjectionOptions): TransactionalSubscription {
  const { registry, log = 'events', retry, deadlineMs, segment, caughtUp, unknown } = options;
  requireRegistered(options, registry);
  const { handlers } = options;
  const names = namesOfAll(handlers.keys(), registry);
  const projection = projectionName(options);
  return {
    name: segment ? segmentName(projection, segment) : projection,
    log,
    delivery: 'transactional',
    start: 'beginning',
    retry,
    deadlineMs,
    caughtUp,
    // Whoever has written plain text has to erase it after its own writes: of whom is forgotten, every segment hears.
    wants: ({ type, key }) =>
      names.has(type) && (!segment || type === SUBJECT_FORGOTTEN || segmentOf(key, segment.of) === segment.index),
    ...(segment && { segmentOf: projection }),
    unreadable: (record) => registry.unreadable(record),
    unknown,
    handle: async (record, { db }) => {
      for (const { event, context } of eventsIn(record, log, registry))
        await handlers.get(event.constructor as Class)?.(event, context, db);
    },
  };
}

export function projectionName({ name, version }: Pick<Projection, 'name' | 'version'>): string {
  return `${name}@v${version}`;
}

/** @throws EventNotRegisteredError a handler for a class outside the registry. */
export function requireRegistered({ name, handlers }: Projection, registry: EventRegistry): void {
  for (const event of handlers.keys()) {
    if (registry.has(event)) continue;
    throw new EventNotRegisteredError(event.name, `Projection ${name} handles it: register it with the event store.`);
  }
}
