// Turns what the modules declare into subscriptions: one per projection, handler, saga member, publisher, two per process manager, and one that dispatches commands.
import {
  ConfigurationError,
  eventDeclaration,
  type Class,
  type EventContext,
  type LogName,
  type LogRecord,
} from '../core/index.js';
import { publisherDefinition, relaySubscription, type PublishMapping } from '../messaging/index.js';
import { collectSaga, commandDispatchSubscription, sagaSubscription, type SagaFunction } from '../processes/index.js';
import {
  eventsIn,
  namesOfAll,
  projectionSubscriptions,
  reactionsOf,
  segmentsOf,
  type ProjectionHandler,
  type SubscriptionDefinition,
  type TransactionalSubscription,
} from '../subscriptions/index.js';
import { requireRegistered } from './boot-checks.js';
import { projectionDeclaration, type ProjectionDeclaration } from './decorators/projection.decorator.js';
import { durableHandler, durableSaga } from './decorators/stable-name.decorators.js';
import { dispatchOf, type DispatchedTo } from './dispatch.js';
import type { Explored, FoundEventsHandler } from './explorer.js';
import { subscriptionsOf, type FoundProcess } from './processes.js';
import type { EventStoreRuntime } from './runtime.js';

export interface FoundProjection extends ProjectionDeclaration {
  readonly handlers: ReadonlyMap<Class, ProjectionHandler>;
}

/** The projections of all features with their methods bound. @throws EventNotRegisteredError */
export function findProjections(explored: Explored, runtime: EventStoreRuntime): FoundProjection[] {
  return explored.features.flatMap(({ options }) =>
    (options.projections ?? []).map((projectionClass): FoundProjection => {
      const methods = boundMethods(projectionClass, reactionsOf(projectionClass), explored);
      for (const event of methods.keys()) requireRegistered(event, projectionClass, runtime.registry);
      return { ...projectionDeclaration(projectionClass), handlers: methods };
    }),
  );
}

/** Everything that runs behind a checkpoint. `inboundTypes` are the types that arrive from other contexts. */
export function buildSubscriptions(
  explored: Explored,
  processes: readonly FoundProcess[],
  runtime: EventStoreRuntime,
  commands: DispatchedTo,
  inboundTypes: ReadonlySet<string>,
): SubscriptionDefinition[] {
  const { registry } = runtime;
  const logOf = (event: Class): LogName => (inboundTypes.has(eventDeclaration(event)!.type) ? 'inbound' : 'events');
  const logsOf = (events: Iterable<Class>): Map<LogName, Set<Class>> => {
    const logs = new Map<LogName, Set<Class>>();
    for (const event of events) logs.set(logOf(event), (logs.get(logOf(event)) ?? new Set()).add(event));
    return logs;
  };
  const projections = findProjections(explored, runtime)
    .filter(({ inline }) => !inline)
    .flatMap((found) =>
      projectionSubscriptions(found, { ...runtime, inboundTypes, settled: runtime.logs, by: 'service' }),
    );
  const handlers = explored.eventsHandlers.flatMap((found) =>
    [...logsOf(found.events)].map(([log, classes]) => handlerSubscription(found, log, classes, runtime)),
  );
  const sagaLogs: LogName[] = inboundTypes.size > 0 ? ['events', 'inbound'] : ['events'];
  const sagas = explored.sagas.flatMap(({ sagaClass, member, saga }) =>
    sagaLogs.map((log) =>
      sagaSubscription({
        ...durableSaga(sagaClass, member),
        log,
        registry,
        outgoing: runtime.outgoing,
        run: (event) => collectSaga(saga as SagaFunction, event, { clock: runtime.clock }),
        encodeCommand: (command) => commands.registry.encode(command),
      }),
    ),
  );
  const relays = explored.features.flatMap(({ options }) =>
    (options.publishers ?? []).flatMap((publisherClass) => {
      const { name, topic, key, shards, unknown, publishes } = publisherDefinition(publisherClass);
      const publish = boundMethods(publisherClass, publishes, explored) as ReadonlyMap<Class, unknown> as ReadonlyMap<
        Class,
        PublishMapping
      >;
      const { broker, service } = runtime;
      const shared = { name, topic: topic.topic, source: `/${service}`, publish, key, unknown, registry, broker };
      return segmentsOf(shards).map((segment) => relaySubscription({ ...shared, segment }));
    }),
  );
  const dispatch = commandDispatchSubscription({ ...dispatchOf(runtime, commands), retry: runtime.retry });
  const managers = subscriptionsOf(processes, runtime, commands.registry, inboundTypes);
  const { handlerDeadlineMs } = runtime;
  const handled = [...projections, ...handlers, ...sagas, ...managers, dispatch].map((definition) => ({
    ...definition,
    deadlineMs: definition.deadlineMs ?? handlerDeadlineMs,
  }));
  return [...handled, ...relays]; // how long a broker may take is not for handlers to say
}

/** One record in a unit of work, because a handler may act outside of it: what it writes through `db` happens once, the rest at least once. */
function handlerSubscription(
  { handlerClass, handle }: FoundEventsHandler,
  log: LogName,
  classes: ReadonlySet<Class>,
  { registry }: EventStoreRuntime,
): TransactionalSubscription {
  const names = namesOfAll(classes, registry);
  return {
    delivery: 'transactional',
    ...durableHandler(handlerClass),
    log,
    start: 'now',
    together: 1,
    duty: 'handlers',
    wants: (record: LogRecord) => names.has(record.type),
    unreadable: (record: LogRecord) => registry.unreadable(record),
    async handle(record, { db }) {
      for (const { event, context } of eventsIn(record, log, registry))
        if (classes.has(event.constructor as Class)) await handle(event, context, db);
    },
  };
}

function boundMethods(
  providerClass: Class,
  methods: ReadonlyMap<Class, string | symbol>,
  explored: Explored,
): ReadonlyMap<Class, (event: object, context: EventContext, db: unknown) => unknown> {
  const instance = explored.instanceOf(providerClass) as
    Record<string | symbol, (...args: unknown[]) => unknown> | undefined;
  if (!instance)
    throw new ConfigurationError(
      `${providerClass.name} was not built by Nest. Is it request-scoped? Make it a singleton.`,
    );
  return new Map([...methods].map(([event, name]) => [event, (...args: unknown[]) => instance[name]!(...args)]));
}
