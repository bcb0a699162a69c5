// Which middleware stands before which handler, as Nest built it, and what of that cannot work.
import type { ModulesContainer } from '@nestjs/core';
import { ConfigurationError, type Class } from '../../core/index.js';
import { Feature } from '../feature.js';
import type { CommandMiddleware } from './command-middleware.js';

type NestModule = ModulesContainer extends Map<string, infer M> ? M : never;

export interface FoundMiddleware {
  readonly middlewareClass: Class;
  readonly instance: unknown;
  /** False when the class, or what it injects, is request-scoped. */
  readonly isStatic: boolean;
}

/** That of the service, then that of every forFeature which the module of the handler imports. */
export function middlewareBefore(handlers: NestModule, modules: ModulesContainer): FoundMiddleware[] {
  const roots = [...modules.values()].filter((module) => featuresOf(module).some(({ isRoot }) => isRoot));
  // A global module, as the root is, is among the imports of every module.
  return [...new Set([...roots, ...handlers.imports])].flatMap((module) =>
    featuresOf(module).flatMap(({ options }) =>
      (options.commandMiddleware ?? []).map((middlewareClass): FoundMiddleware => {
        const wrapper = module.providers.get(middlewareClass)!;
        return { middlewareClass, instance: wrapper.instance, isStatic: wrapper.isDependencyTreeStatic() };
      }),
    ),
  );
}

/** @throws ConfigurationError with the sentence. */
export function checkMiddleware(
  features: readonly Feature[],
  handlers: readonly { readonly command: Class; readonly middleware: readonly FoundMiddleware[] }[],
): void {
  for (const { command, middleware } of handlers) {
    const seen = new Set<Class>();
    for (const { middlewareClass, instance, isStatic } of middleware) {
      const { name } = middlewareClass;
      if (!isStatic) {
        throw new ConfigurationError(
          `Command middleware ${name} is request-scoped, or injects something that is. Commands of sagas and processes belong to no request: make its class and what it injects singletons.`,
        );
      }
      if (typeof (instance as Partial<CommandMiddleware>).use !== 'function') {
        throw new ConfigurationError(
          `${name} is listed in commandMiddleware, and has no method use(command, context, next). Let it implement CommandMiddleware, or list it among the providers.`,
        );
      }
      if (seen.has(middlewareClass)) {
        throw new ConfigurationError(`${command.name} would pass through ${name} twice: list it once.`);
      }
      seen.add(middlewareClass);
    }
  }
  const used = new Set(handlers.flatMap(({ middleware }) => middleware.map((one) => one.middlewareClass)));
  for (const { options, isRoot } of features) {
    const idle = isRoot ? undefined : options.commandMiddleware?.find((one) => !used.has(one));
    if (!idle) continue;
    throw new ConfigurationError(
      `No command passes through ${idle.name}: the module that imports its forFeature has no @CommandHandler. List it where the handlers are provided, or in the root for all commands.`,
    );
  }
}

/** After {@link checkMiddleware}. */
export function instancesOf(middleware: readonly FoundMiddleware[]): CommandMiddleware[] {
  return middleware.map(({ instance }) => instance as CommandMiddleware);
}

function featuresOf({ providers }: NestModule): Feature[] {
  return [...providers.values()].flatMap(({ instance }) => (instance instanceof Feature ? [instance] : []));
}
