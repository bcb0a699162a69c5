// JSON logs, one logger for the whole process: with the correlation id of whatever is being handled, and without what must not be read there.
import { Logger as NestPinoLogger, LoggerModule, PinoLogger, type Params } from 'nestjs-pino';
import pino, { type Bindings, type ChildLoggerOptions, type Logger } from 'pino';
import type { DynamicModule } from '@nestjs/common';
import { MessageContext } from '@app/event-store/core';
import { censored } from './secret-names.js';
import { describeError } from './told-error.js';

export function createLogger(
  { name, level }: { name: string; level: string },
  destination?: pino.DestinationStream,
): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { service: name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: censored },
    serializers: { err: describeError, error: describeError },
    mixin: currentContext,
    // A line that names its correlation id itself, from where the context has ended, is right.
    mixinMergeStrategy: (line, context) => ({ ...context, ...line }),
  };
  return sayingNoSecrets(destination ? pino(options, destination) : pino(options));
}

/** What a logger of its own says with every line pino formats by no rule of its parent. */
function sayingNoSecrets(logger: Logger): Logger {
  const child = Reflect.get<object, string>(logger, 'child') as (
    bindings: Bindings,
    options?: ChildLoggerOptions,
  ) => Logger;
  return Object.assign(logger, {
    child(this: unknown, bindings: Bindings, options?: ChildLoggerOptions): Logger {
      return child.call(this, censored(bindings), options);
    },
  });
}

/** Nest's Logger writes through it. Requests are logged by their route, not by the library: URLs hold what people typed. */
export function loggerModule(logger: Logger): DynamicModule {
  return LoggerModule.forRoot(params(logger));
}

/** What Nest says about itself at boot, a line per module and route. */
const chatter: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Nest's Logger on ours; the chatter of the boot only where LOG_LEVEL asks for it. */
class ServiceLogger extends NestPinoLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (chatter.has(rest.at(-1))) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}

/** For `NestFactory.create`, from its first line on. */
export function serviceLogger(logger: Logger): NestPinoLogger {
  return new ServiceLogger(new PinoLogger(params(logger)), params(logger));
}

function params(logger: Logger): Params {
  return { pinoHttp: { logger, autoLogging: false }, forRoutes: [] };
}

function currentContext(): object {
  const context = MessageContext.current();
  if (!context) return {};
  const { correlationId, traceparent } = context;
  return { correlationId, ...(traceparent && { traceId: traceparent.slice(3, 35) }) };
}
