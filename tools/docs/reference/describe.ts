// What only the running classes know: default values, OpenAPI documents, who may call a route. Bundled and loaded by load.ts, because
// tsx emits no decorator metadata. Nest runs in preview mode: no provider is made, nothing connects anywhere.
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModulesContainer, NestFactory, Reflector } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { RouteAudit, type AuditedRoute } from '../../../libs/platform/src/auth/route-audit.js';
import { variablesOf, type ConfigClass } from '../../../libs/platform/src/config/env.decorator.js';
import { PlatformConfig } from '../../../libs/platform/src/config/platform.config.js';
import { describeApi } from '../../../libs/platform/src/docs/configure-docs.js';
import { httpAdapter } from '../../../libs/platform/src/http/adapter.js';
import { useVersions } from '../../../libs/platform/src/http/configure-http.js';
import { RootModule } from '../../../libs/platform/src/root.module.js';
import { allMetrics } from '../../../libs/platform/src/telemetry/service-metrics.js';

export interface DescribedVariable {
  readonly name: string;
  readonly kind: string;
  readonly expected: string;
  readonly secret: boolean;
  /** As it would be written; undefined where there is none. */
  readonly default?: string;
}

export interface DescribedMetric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

export interface DescribedService {
  readonly openapi: object;
  readonly routes: readonly AuditedRoute[];
  readonly variables: readonly DescribedVariable[];
}

export interface ServiceClasses {
  readonly name: string;
  readonly description: string;
  readonly module: Type;
  readonly config?: ConfigClass;
}

@Module({})
class Silent {}

export function describePlatform(): DescribedVariable[] {
  return describeConfig(PlatformConfig);
}

export function describeMetrics(): DescribedMetric[] {
  return allMetrics.map(({ name, type, labels, help }) => ({ name, type, labels, help }));
}

export async function describeService({
  name,
  description,
  module,
  config,
}: ServiceClasses): Promise<DescribedService> {
  const platform = Object.assign(new PlatformConfig(), {
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    MESSAGE_BROKER: 'memory',
    AUTH_JWKS_URL: 'http://127.0.0.1:1/',
  });
  const root = RootModule.of({
    context: module,
    name,
    config: platform,
    configs: config ? [platform, new config()] : [platform],
    migrations: [],
    logging: { module: Silent } satisfies DynamicModule,
  });
  const app = await NestFactory.create<NestFastifyApplication>(root, httpAdapter(), {
    preview: true,
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  useVersions(app);
  const discovery = new DiscoveryService(app.get(ModulesContainer));
  const routes = new RouteAudit(discovery, new MetadataScanner(), new Reflector()).routes();
  const openapi = describeApi(app, { name, description });
  return { openapi, routes, variables: config ? describeConfig(config) : [] };
}

function describeConfig(configClass: ConfigClass): DescribedVariable[] {
  const values = new configClass() as Record<string, unknown>;
  return variablesOf(configClass).map(({ name, kind, expected, secret }) => {
    const value = values[name] as string | number | boolean | undefined;
    return { name, kind, expected, secret, default: value === undefined ? undefined : String(value) };
  });
}
