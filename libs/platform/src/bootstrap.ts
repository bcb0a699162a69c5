// The ten lines of every main.ts become a service: environment, schema, application, HTTP, and an orderly end.
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { EVENT_STORE_RUNTIME, SubscriptionHost } from '@app/event-store';
import type { ConfigClass } from './config/env.decorator.js';
import { ConfigProblemsError, loadConfig } from './config/load-config.js';
import { PlatformConfig } from './config/platform.config.js';
import type { MigrationClass } from './database/data-source.js';
import { prepareDatabase } from './database/migrations.js';
import { configureDocs } from './docs/configure-docs.js';
import { httpAdapter } from './http/adapter.js';
import { configureHttp } from './http/configure-http.js';
import { exitOnUncaught, stopWhenAsked } from './lifecycle.js';
import { createLogger, loggerModule, serviceLogger } from './logging/logger.js';
import { MetricSources } from './telemetry/metric-sources.js';
import { startMetrics } from './telemetry/start-metrics.js';
import { startTracing } from './telemetry/start-tracing.js';
import { RootModule, type RootOptions } from './root.module.js';

export interface BootstrapOptions {
  /** Stable for ever: names consumer groups and the source of messages. */
  readonly name: string;
  /** Shown in the API docs. */
  readonly description?: string;
  /** The service's own, after those of the event store. */
  readonly migrations?: readonly MigrationClass[];
  /** The service's own variables: a class with `@Env` fields, injected by its class. */
  readonly config?: ConfigClass;
  /** What every command passes through, before the middleware of its context. */
  readonly commandMiddleware?: RootOptions['commandMiddleware'];
}

/**
 * Resolves when the service listens. With `--migrate` it brings the schema up to date and exits 0. A wrong environment, pending
 * migrations or anything else that stops the boot ends the process with exit code 1 and a sentence.
 */
export async function bootstrap(context: Type, options: BootstrapOptions): Promise<void> {
  const configs = readEnvironment(options);
  if (!configs) return;
  const [config] = configs;
  const logger = createLogger({ name: options.name, level: config.LOG_LEVEL });
  exitOnUncaught(logger);
  try {
    const onlyMigrate = process.argv.includes('--migrate');
    if (!onlyMigrate) refuseOwner(config);
    if (config.NODE_ENV === 'production' && config.SEAL_KEY === undefined && !onlyMigrate)
      logger.warn('SEAL_KEY is not set: events are not sealed, and a change of history cannot be found.');
    await prepare(config, options, logger, onlyMigrate);
    if (onlyMigrate) process.exit(0);
    await serve(context, options, config, configs, logger);
  } catch (error) {
    logger.fatal(
      { err: error },
      `${options.name} did not start: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exit(1);
  }
}

/** Undefined when something is wrong; all of it has been said by then. */
function readEnvironment({ name, config }: BootstrapOptions): readonly [PlatformConfig, ...object[]] | undefined {
  try {
    return config ? loadConfig([PlatformConfig, config], process.env) : loadConfig([PlatformConfig], process.env);
  } catch (error) {
    if (!(error instanceof ConfigProblemsError)) throw error;
    process.stderr.write(`${name} did not start. ${error.message}\n`);
    process.exitCode = 1;
    return undefined;
  }
}

/** Whoever breaks into a service has what is in its environment: there the owner's URL would undo that it runs as a role of its own. */
function refuseOwner({ NODE_ENV, MIGRATION_DATABASE_URL }: PlatformConfig): void {
  if (NODE_ENV !== 'production' || MIGRATION_DATABASE_URL === undefined) return;
  throw new Error(
    'MIGRATION_DATABASE_URL: expected to be unset in production, but for a process that is run with --migrate. ' +
      'Migrate once before the new version starts, and give it to that process only.',
  );
}

async function prepare(
  config: PlatformConfig,
  options: BootstrapOptions,
  logger: Logger,
  onlyMigrate: boolean,
): Promise<void> {
  const migrate = onlyMigrate || config.RUN_MIGRATIONS;
  const ran = await prepareDatabase({
    ...(migrate && config.MIGRATION_DATABASE_URL
      ? { url: config.MIGRATION_DATABASE_URL, variable: 'MIGRATION_DATABASE_URL' }
      : { url: config.DATABASE_URL }),
    service: options.name,
    migrations: options.migrations ?? [],
    migrate,
    roles: {
      app: config.DATABASE_APP_ROLE,
      reader: config.DATABASE_READER_ROLE,
      operator: config.DATABASE_OPERATOR_ROLE,
    },
    onConnectionLost: (error) => logger.warn(`A connection was lost: ${error.message}`),
    onWaiting: (sentence) => logger.warn(sentence),
  });
  if (ran.length > 0 || onlyMigrate) logger.info(`Migrations run: ${ran.join(', ') || 'none was pending'}`);
}

async function serve(
  context: Type,
  { name, description, migrations = [], commandMiddleware }: BootstrapOptions,
  config: PlatformConfig,
  configs: readonly object[],
  logger: Logger,
): Promise<void> {
  const endTracing = await startTracing(name, config);
  const metrics = await startMetrics(name, config);
  const logging = loggerModule(logger);
  const root = RootModule.of({ context, name, config, configs, migrations, logging, commandMiddleware });
  const limits = { maxInFlight: config.MAX_REQUESTS_IN_FLIGHT, deadlineMs: config.REQUEST_DEADLINE_MS };
  const adapter = httpAdapter({ trustProxy: config.TRUST_PROXY });
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    logger: serviceLogger(logger),
    abortOnError: false,
  });
  configureHttp(
    app,
    limits,
    config.CORS_ORIGINS?.split(',').map((origin) => origin.trim()),
  );
  configureDocs(app, { name, description });
  const close = async (): Promise<void> => {
    await app.close();
    await Promise.all([endTracing(), metrics.close()]);
  };
  metrics.watch(app.get(EVENT_STORE_RUNTIME), app.get(SubscriptionHost), app.get(MetricSources));
  stopWhenAsked({ logger, close });
  await app.listen({ port: config.PORT, host: config.HOST });
  const url = await app.getUrl();
  logger.info(`${name} listens on ${url} (API docs: ${url}/docs)`);
  if (metrics.url !== undefined) logger.info(`${name} shows its metrics on ${metrics.url}`);
  process.send?.({ type: 'listening', url, metricsUrl: metrics.url });
}
