// Metrics for Prometheus on a port of their own, where METRICS_PORT names one. Nothing is measured and nothing loaded otherwise.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { useMeter } from '@app/event-store/core';
import type { EventStoreRuntime, SubscriptionHost } from '@app/event-store';
import type { PlatformConfig } from '../config/platform.config.js';
import type { MetricSources } from './metric-sources.js';

export interface ServiceMetrics {
  /** Where they are scraped; undefined where nothing is measured. */
  readonly url: string | undefined;
  /** Once the application is built: its event store is read as well, and what its context counts. */
  watch(runtime: EventStoreRuntime, subscriptions: SubscriptionHost, sources: MetricSources): void;
  close(): Promise<void>;
}

/** What Prometheus asks to be told. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const NONE: ServiceMetrics = { url: undefined, watch: () => undefined, close: () => Promise.resolve() };

/** Call it before the application is created. @throws Error where the port is taken. */
export async function startMetrics(
  service: string,
  { METRICS_PORT: port, HOST: host }: Pick<PlatformConfig, 'METRICS_PORT' | 'HOST'>,
): Promise<ServiceMetrics> {
  if (port === undefined) return NONE;
  const [{ prometheusMetrics }, { processReadings }, { storeReadings }] = await Promise.all([
    import('./prometheus-metrics.js'),
    import('./process-readings.js'),
    import('./store-readings.js'),
  ]);
  const metrics = prometheusMetrics(service);
  const own = processReadings();
  metrics.observe(own.source);
  useMeter(metrics.meter);
  const server = createServer(({ method, url }, response) => {
    if (method !== 'GET' || url !== '/metrics') response.writeHead(404).end();
    else
      metrics.text().then(
        (text) => response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(text),
        () => response.writeHead(500).end(),
      );
  });
  server.headersTimeout = 5_000;
  server.requestTimeout = 5_000;
  server.listen({ port, host });
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`,
    watch: (runtime, subscriptions, sources) =>
      metrics.observe(...storeReadings(runtime, subscriptions), () => sources.read()),
    close() {
      useMeter(undefined);
      own.end();
      server.close();
      server.closeAllConnections();
      return Promise.resolve();
    },
  };
}
