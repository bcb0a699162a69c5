// A read model as a subscription: handlers by event class; rows and checkpoint commit together.
import {
  eventDeclaration,
  EventNotRegisteredError,
  type Class,
  type EventContext,
  type EventRegistry,
  type LogName,
} from '../core/index.js';
import { eventContextOf } from './event-context.js';
import type { RetryPolicy } from './retry-policy.js';
import { segmentName, segmentOf, type Segment } from './segments.js';
import type { TransactionalSubscription } from './subscription.js';

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
}

/** @throws EventNotRegisteredError a handler for a class outside the registry. */
export function asyncProjection(options: AsyncProjectionOptions): TransactionalSubscription {
  const { registry, log = 'events', retry, deadlineMs, segment, caughtUp } = options;
  const handlers = handlersByType(options, registry);
  const projection = projectionName(options);
  return {
    name: segment ? segmentName(projection, segment) : projection,
    log,
    delivery: 'transactional',
    start: 'beginning',
    retry,
    deadlineMs,
    caughtUp,
    wants: ({ type, key }) => handlers.has(type) && (!segment || segmentOf(key, segment.of) === segment.index),
    ...(segment && { segmentOf: projection }),
    handle: async (record, { db }) => {
      await handlers.get(record.type)!(registry.decode(record), eventContextOf(record, log), db);
    },
  };
}

export function projectionName({ name, version }: Pick<Projection, 'name' | 'version'>): string {
  return `${name}@v${version}`;
}

/** By event type. @throws EventNotRegisteredError */
export function handlersByType(projection: Projection, registry: EventRegistry): Map<string, ProjectionHandler> {
  const handlers = new Map<string, ProjectionHandler>();
  for (const [event, handle] of projection.handlers) {
    const type = eventDeclaration(event)?.type;
    if (type === undefined || !registry.has(event)) {
      const mend = `Projection ${projection.name} handles it: register it with the event store.`;
      throw new EventNotRegisteredError(event.name, mend);
    }
    handlers.set(type, handle);
  }
  return handlers;
}
