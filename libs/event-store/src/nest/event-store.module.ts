// The face of the library: forRoot once per service, forFeature once per context.
import { Module, type DynamicModule, type FactoryProvider, type Provider, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import {
  CommandBus as NestCommandBus,
  CqrsModule,
  EventBus as NestEventBus,
  UnhandledExceptionBus,
} from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AggregateStore, messageOf } from '../core/index.js';
import { CommandBus } from './command-bus.js';
import { aggregateToken } from './decorators/inject-aggregate.decorator.js';
import { projectionToken } from './decorators/inject-projection.decorator.js';
import { DurableEventBus } from './event-bus.js';
import { Explorer } from './explorer.js';
import { Feature, type FeatureOptions } from './feature.js';
import type { CommandMiddleware } from './pipeline/command-middleware.js';
import { createMemoryRuntime, type MemoryRuntimeOptions } from './memory-runtime.js';
import { nestLogger } from './nest-logger.js';
import { DataSubjects } from './data-subjects.js';
import { createPostgresRuntime, type PostgresRuntimeOptions } from './postgres-runtime.js';
import { ReadModels } from './read-models.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';
import { SubscriptionHost } from './subscription-host.js';

/** One CqrsModule for the whole service, with our buses under Nest's tokens: whoever injects CommandBus or EventBus gets these. */
const cqrs: DynamicModule = {
  module: CqrsModule,
  global: true,
  providers: [
    {
      provide: NestEventBus,
      inject: [NestCommandBus, ModuleRef, UnhandledExceptionBus],
      useFactory: (...of: ConstructorParameters<typeof DurableEventBus>) => new DurableEventBus(...of),
    },
    { provide: CommandBus, inject: [ModuleRef], useFactory: (moduleRef: ModuleRef) => new CommandBus(moduleRef) },
    { provide: NestCommandBus, useExisting: CommandBus },
  ],
  exports: [CommandBus],
};

const snapshotLogger = nestLogger('snapshots');
const warn = (message: string, error?: unknown): void =>
  snapshotLogger.warn(message, error === undefined ? {} : { reason: messageOf(error) });

export interface EventStoreRootOptions {
  /**
   * What every command of the service passes through, in this order, before the middleware of its context. They inject what global modules
   * provide.
   */
  readonly commandMiddleware?: readonly Type<CommandMiddleware>[] | undefined;
}

@Module({})
export class EventStoreModule {
  /** The service's event store on PostgreSQL, through the TypeORM DataSource of the service, and its broker. */
  static forRoot({ commandMiddleware, ...options }: PostgresRuntimeOptions & EventStoreRootOptions): DynamicModule {
    const runtime: FactoryProvider = {
      provide: EVENT_STORE_RUNTIME,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => createPostgresRuntime(options, dataSource),
    };
    return root(runtime, commandMiddleware);
  }

  /** The same in memory, for tests that need no database. Projections get no database handle there. */
  static forTesting({
    commandMiddleware,
    ...options
  }: Partial<MemoryRuntimeOptions> & EventStoreRootOptions = {}): DynamicModule {
    const runtime: FactoryProvider = {
      provide: EVENT_STORE_RUNTIME,
      useFactory: () => createMemoryRuntime({ service: 'test', ...options }),
    };
    return root(runtime, commandMiddleware);
  }

  /** What a context has. Its events join the closed set, its projections and publishers are provided, its stores can be injected. */
  static forFeature(options: FeatureOptions): DynamicModule {
    const { aggregates = [], projections = [], processes = [], publishers = [], providers = [] } = options;
    const { commandMiddleware = [] } = options;
    const stores = aggregates.map((aggregateClass): FactoryProvider => ({
      provide: aggregateToken(aggregateClass),
      inject: [EVENT_STORE_RUNTIME],
      useFactory: ({ store: events, registry, clock, ids, snapshots }: EventStoreRuntime) =>
        new AggregateStore(aggregateClass, { events, registry, clock, ids, snapshots, warn }),
    }));
    const progress = projections.map((projectionClass): FactoryProvider => ({
      provide: projectionToken(projectionClass),
      inject: [ReadModels],
      useFactory: (readModels: ReadModels) => readModels.offer(projectionClass),
    }));
    const classes = [...commandMiddleware, ...projections, ...processes, ...publishers];
    return {
      module: EventStoreFeatureModule,
      providers: [featureProvider(new Feature(options)), ...providers, ...stores, ...progress, ...classes],
      exports: [...stores, ...progress],
    };
  }
}

/** Nest tells dynamic modules apart by their metadata, so each forFeature is a module of its own. */
@Module({})
class EventStoreFeatureModule {}

function featureProvider(feature: Feature): Provider {
  return { provide: Symbol('Feature'), useValue: feature };
}

function root(
  runtime: FactoryProvider,
  commandMiddleware: EventStoreRootOptions['commandMiddleware'] = [],
): DynamicModule {
  const feature = featureProvider(new Feature({ commandMiddleware }, true));
  return {
    module: EventStoreModule,
    global: true,
    imports: [cqrs],
    providers: [runtime, feature, ...commandMiddleware, Explorer, ReadModels, SubscriptionHost, DataSubjects],
    exports: [EVENT_STORE_RUNTIME, ReadModels, SubscriptionHost, DataSubjects],
  };
}
