// The face of the library: forRoot once per service, forFeature once per context.
import { Module, type DynamicModule, type FactoryProvider, type Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import {
  CommandBus as NestCommandBus,
  CqrsModule,
  EventBus as NestEventBus,
  UnhandledExceptionBus,
} from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AggregateStore } from '../core/index.js';
import { CommandBus } from './command-bus.js';
import { aggregateToken } from './decorators/inject-aggregate.decorator.js';
import { projectionToken } from './decorators/inject-projection.decorator.js';
import { DurableEventBus } from './event-bus.js';
import { Explorer } from './explorer.js';
import { Feature, type FeatureOptions } from './feature.js';
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
  snapshotLogger.warn(message, error instanceof Error ? { reason: error.message } : {});

@Module({})
export class EventStoreModule {
  /** The service's event store on PostgreSQL, through the TypeORM DataSource of the service, and its broker. */
  static forRoot(options: PostgresRuntimeOptions): DynamicModule {
    return root({
      provide: EVENT_STORE_RUNTIME,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => createPostgresRuntime(options, dataSource),
    });
  }

  /** The same in memory, for tests that need no database. Projections get no database handle there. */
  static forTesting(options: Partial<MemoryRuntimeOptions> = {}): DynamicModule {
    return root({
      provide: EVENT_STORE_RUNTIME,
      useFactory: () => createMemoryRuntime({ service: 'test', ...options }),
    });
  }

  /** What a context has. Its events join the closed set, its projections and publishers are provided, its stores can be injected. */
  static forFeature(options: FeatureOptions): DynamicModule {
    const { aggregates = [], projections = [], processes = [], publishers = [], providers = [] } = options;
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
    const feature: Provider = { provide: Symbol('Feature'), useValue: new Feature(options) };
    return {
      module: EventStoreFeatureModule,
      providers: [feature, ...providers, ...stores, ...progress, ...projections, ...processes, ...publishers],
      exports: [...stores, ...progress],
    };
  }
}

/** Nest tells dynamic modules apart by their metadata, so each forFeature is a module of its own. */
@Module({})
class EventStoreFeatureModule {}

function root(runtime: FactoryProvider): DynamicModule {
  return {
    module: EventStoreModule,
    global: true,
    imports: [cqrs],
    providers: [runtime, Explorer, ReadModels, SubscriptionHost, DataSubjects],
    exports: [EVENT_STORE_RUNTIME, ReadModels, SubscriptionHost, DataSubjects],
  };
}
