// Finds what the modules declare — features, command handlers, event handlers, sagas, plain CqrsModules — once all of them are built.
import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import type { Class } from '../core/index.js';
import type { ProjectionHandler } from '../subscriptions/index.js';
import { Feature } from './feature.js';
import { middlewareBefore, type FoundMiddleware } from './pipeline/found-middleware.js';

// Metadata keys of @nestjs/cqrs 12 (its decorators/constants.ts; not exported). nest/cqrs-regressions.unit.spec.ts fails if they change.
const COMMAND_HANDLER = '__commandHandler__';
const EVENTS_HANDLER = '__eventsHandler__';
const SAGA = '__saga__';

export interface FoundCommandHandler {
  readonly handlerClass: Class;
  readonly command: Class;
  /** What its commands pass through before it, in this order. */
  readonly middleware: readonly FoundMiddleware[];
}

export interface FoundEventsHandler {
  readonly handlerClass: Class;
  readonly events: readonly Class[];
  readonly handle: ProjectionHandler;
  /** False for request-scoped classes, which only command handlers can be. */
  readonly isStatic: boolean;
}

export interface FoundSaga {
  readonly sagaClass: Class;
  readonly member: string | symbol;
  /** The member itself, bound to its instance. */
  readonly saga: unknown;
  /** As above. */
  readonly isStatic: boolean;
}

export interface Explored {
  readonly features: readonly Feature[];
  readonly commandHandlers: readonly FoundCommandHandler[];
  readonly eventsHandlers: readonly FoundEventsHandler[];
  readonly sagas: readonly FoundSaga[];
  /** How many CqrsModules there are; ours is one. */
  readonly cqrsModules: number;
  readonly instanceOf: (providerClass: Class) => object | undefined;
  /** False when the class, or what it injects, is request-scoped. */
  readonly isStatic: (providerClass: Class) => boolean;
}

@Injectable()
export class Explorer {
  constructor(private readonly modules: ModulesContainer) {}

  explore(): Explored {
    const features: Feature[] = [];
    const commandHandlers: FoundCommandHandler[] = [];
    const eventsHandlers: FoundEventsHandler[] = [];
    const sagas: FoundSaga[] = [];
    const instances = new Map<Class, object>();
    const scoped = new Set<Class>();
    const seen = new Set<object>();
    for (const module of this.modules.values()) {
      for (const wrapper of module.providers.values()) {
        const instance = wrapper.instance as object | undefined;
        const providerClass = (instance?.constructor ?? wrapper.metatype) as Class | null;
        if (instance instanceof Feature) features.push(instance);
        if (typeof providerClass !== 'function' || (instance && seen.has(instance))) continue;
        const isStatic = wrapper.isDependencyTreeStatic();
        if (!isStatic) scoped.add(providerClass);
        if (instance) instances.set(providerClass, instance);
        if (instance) seen.add(instance);
        const command = Reflect.getMetadata(COMMAND_HANDLER, providerClass) as Class | undefined;
        if (command) {
          const middleware = middlewareBefore(module, this.modules);
          commandHandlers.push({ handlerClass: providerClass, command, middleware });
        }
        const events = Reflect.getMetadata(EVENTS_HANDLER, providerClass) as Class[] | undefined;
        if (events) {
          const handler = instance as { handle: ProjectionHandler };
          const handle: ProjectionHandler = (event, context, db) => handler.handle(event, context, db);
          eventsHandlers.push({ handlerClass: providerClass, events, handle, isStatic });
        }
        for (const member of (Reflect.getMetadata(SAGA, providerClass) as (string | symbol)[] | undefined) ?? []) {
          const saga = (instance as Record<string | symbol, unknown> | undefined)?.[member];
          const bound = typeof saga === 'function' ? (saga.bind(instance) as unknown) : saga;
          sagas.push({ sagaClass: providerClass, member, saga: bound, isStatic });
        }
      }
    }
    const cqrsModules = [...this.modules.values()].filter((module) => module.metatype === CqrsModule).length;
    const instanceOf = (of: Class) => instances.get(of);
    const isStaticClass = (of: Class) => !scoped.has(of);
    return { features, commandHandlers, eventsHandlers, sagas, cqrsModules, instanceOf, isStatic: isStaticClass };
  }
}
