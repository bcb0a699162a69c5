// What a context's module has: the argument of EventStoreModule.forFeature, kept as a provider so that boot can find it.
import type { Provider, Type } from '@nestjs/common';
import { ConfigurationError, type AggregateClass, type Class, type EventSourcedAggregate } from '../core/index.js';
import type { TopicContract } from '../messaging/index.js';
import type { Process } from '../processes/index.js';
import type { CommandMiddleware } from './pipeline/command-middleware.js';

export interface FeatureOptions {
  /** Their events (every `@When`) join the closed set of events, their stores can be injected with `@InjectAggregate`. */
  readonly aggregates?: readonly AggregateClass<EventSourcedAggregate<object>>[];
  /** Events without an aggregate in this service, e.g. of a stream another module writes. */
  readonly events?: readonly Class[];
  /** Classes with `@Projection`; provided by forFeature. */
  readonly projections?: readonly Type<object>[];
  /** Classes with `@ProcessManager`; provided by forFeature. */
  readonly processes?: readonly Type<Process>[];
  /** Classes with `@Publisher`; provided by forFeature. */
  readonly publishers?: readonly Type<object>[];
  /** Topics whose messages arrive at handlers and sagas like any other event, through the inbox. */
  readonly consumes?: readonly TopicContract[];
  /**
   * What the commands of this context pass through, in this order, behind validation and `@Authorise`; provided by forFeature. They are the
   * commands whose handlers stand in the module that imports this.
   */
  readonly commandMiddleware?: readonly Type<CommandMiddleware>[];
  /** What the classes above inject, where no global module provides it, e.g. the configuration of a process. */
  readonly providers?: readonly Provider[];
  /**
   * Names of subscriptions that existed once and are gone on purpose, or belong to a newer build that was rolled back: a checkpoint that
   * nobody owns and nobody works on fails the boot.
   */
  readonly retired?: readonly string[];
}

/** A provider's value; boot collects all of them. */
export class Feature {
  constructor(
    readonly options: FeatureOptions,
    /** Its command middleware is for the commands of every context. */
    readonly isRoot = false,
  ) {
    for (const one of options.commandMiddleware ?? []) {
      if (typeof one === 'function') continue;
      throw new ConfigurationError(
        `commandMiddleware takes classes that implement CommandMiddleware, got ${one === undefined ? 'undefined: do files import each other?' : typeof one}.`,
      );
    }
  }
}
