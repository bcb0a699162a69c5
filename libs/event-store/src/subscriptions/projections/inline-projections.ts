// Read models that are never behind: written in the transaction of the append, and gone with it when it fails.
import {
  splitStream,
  type AppendRequest,
  type AppendResult,
  type Class,
  type EventContext,
  type EventRegistry,
  type EventStore,
  type StoredEvent,
  type UnitOfWork,
} from '../../core/index.js';
import { inContext, namesOfAll } from '../event-context.js';
import { requireRegistered, type Projection, type ProjectionHandler } from './projection.js';

type Handlers = ReadonlyMap<Class, readonly ProjectionHandler[]>;

/**
 * The store with projections that commit with every append of an event they handle; everything else passes through. A handler that
 * throws fails the append. The list may grow after this call: boot finds the projections after it has built the store.
 */
export function withInlineProjections(
  store: EventStore,
  unitOfWork: UnitOfWork,
  registry: EventRegistry,
  projections: readonly Projection[],
): EventStore {
  let handlers: Handlers = new Map();
  let names: ReadonlySet<string> = new Set();
  let known = 0;
  return {
    append(request) {
      if (projections.length !== known) {
        handlers = merge(projections, registry);
        names = namesOfAll(handlers.keys(), registry);
        known = projections.length;
      }
      return request.events.some(({ type }) => names.has(type)) ? project(request) : store.append(request);
    },
    readStream: (stream, options) => store.readStream(stream, options),
    replay: (stream, options) => store.replay(stream, options),
    streamVersion: (stream) => store.streamVersion(stream),
    findCommand: (command) => store.findCommand(command),
    decisionsOf: (commandId) => store.decisionsOf(commandId),
    recordCommand: (command, outcome) => store.recordCommand(command, outcome),
  };

  function project(request: AppendRequest): Promise<AppendResult> {
    return unitOfWork.run(async ({ db }) => {
      const result = await store.append(request);
      if (result.repeated) return result; // its rows were written with the first one
      const { firstVersion: fromVersion, version: toVersion, stream } = result;
      // Read back inside the unit of work: position and time come from the store.
      for (const stored of await store.readStream(stream, { fromVersion, toVersion })) {
        if (!names.has(stored.type)) continue;
        for (const { event, context } of inContext(registry.decodeAll(stored), contextOf(stored)))
          for (const handle of handlers.get(event.constructor as Class) ?? []) await handle(event, context, db);
      }
      return result;
    });
  }
}

/** @throws EventNotRegisteredError a handler for a class outside the registry. */
function merge(projections: readonly Projection[], registry: EventRegistry): Handlers {
  const merged = new Map<Class, ProjectionHandler[]>();
  for (const projection of projections) {
    requireRegistered(projection, registry);
    for (const [event, handle] of projection.handlers) merged.set(event, [...(merged.get(event) ?? []), handle]);
  }
  return merged;
}

function contextOf({ stream, version, position, id, occurredAt, metadata }: StoredEvent): EventContext {
  return {
    stream: { name: stream, ...splitStream(stream) },
    version,
    position,
    eventId: id,
    time: occurredAt,
    metadata,
  };
}
