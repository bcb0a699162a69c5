// A projection as subscriptions: one for each log its events are in, and the switch to its version once it is level with all of them.
import { eventDeclaration, type Class, type EventRegistry, type LogName } from '../../core/index.js';
import { asyncProjection, projectionName, type Projection } from './projection.js';
import { segmentNames, segmentsOf } from '../segments/segments.js';
import type { TransactionalSubscription, UnknownPolicy } from '../subscription.js';
import { switchWhenLevel, type SwitchOptions } from './switch-version.js';

export interface ProjectionSubscriptionsOptions extends Omit<SwitchOptions, 'projection' | 'names' | 'log' | 'logs'> {
  readonly registry: EventRegistry;
  /** The types that arrive from other contexts. */
  readonly inboundTypes: ReadonlySet<string>;
}

/** @throws EventNotRegisteredError a handler for a class outside the registry. */
export function projectionSubscriptions(
  {
    name,
    version,
    handlers,
    segments,
    unknown,
  }: Projection & { readonly segments?: number; readonly unknown?: UnknownPolicy },
  options: ProjectionSubscriptionsOptions,
): TransactionalSubscription[] {
  const { registry, inboundTypes } = options;
  const projection = { name, version };
  const logs = logsOfEvents(handlers.keys(), inboundTypes);
  const names = segmentNames(projectionName(projection), segments);
  return logs.flatMap((log) => {
    const ofLog = [...handlers].filter(([event]) => logOf(event, inboundTypes) === log);
    const caughtUp = switchWhenLevel({ ...options, projection, names, log, logs });
    return segmentsOf(segments).map((segment) =>
      asyncProjection({ ...projection, log, handlers: new Map(ofLog), registry, caughtUp, segment, unknown }),
    );
  });
}

export function logsOfEvents(events: Iterable<Class>, inboundTypes: ReadonlySet<string>): LogName[] {
  return [...new Set([...events].map((event) => logOf(event, inboundTypes)))];
}

function logOf(event: Class, inboundTypes: ReadonlySet<string>): LogName {
  return inboundTypes.has(eventDeclaration(event)?.type ?? '') ? 'inbound' : 'events';
}
