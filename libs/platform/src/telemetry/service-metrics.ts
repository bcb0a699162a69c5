// Names of what every service measures besides its event store, OpenTelemetry's in Prometheus' spelling; and the list of all there are.
import { gauge, histogram, storeMetrics, type Metric } from '@app/event-store/core';

/** Of OpenTelemetry's convention for HTTP. */
const REQUEST = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export const serviceMetrics = {
  requestDuration: histogram(
    'http_server_request_duration_seconds',
    ['http_request_method', 'http_route', 'http_response_status_code'],
    'Requests and how long each took until its answer had gone. The route is its pattern, `none` where no route is meant.',
    REQUEST,
  ),
  activeRequests: gauge('http_server_active_requests', [], 'Requests that are being answered now.'),

  money: gauge(
    'service_money_minor',
    ['account', 'currency'],
    'Amounts that a context adds up, in the smallest unit of their currency, by what it calls them.',
  ),

  eventLoopDelayMean: gauge(
    'nodejs_eventloop_delay_mean_seconds',
    [],
    'How late the event loop was, on average since the last scrape.',
  ),
  eventLoopDelayP99: gauge('nodejs_eventloop_delay_p99_seconds', [], 'The same, of the latest hundredth.'),
  eventLoopUtilization: gauge(
    'nodejs_eventloop_utilization_ratio',
    [],
    'The share of time the event loop was busy since the last scrape; 1: always.',
  ),
  memory: gauge('process_memory_usage_bytes', [], 'Resident memory of the process.'),
  heapUsed: gauge('v8js_memory_heap_used_bytes', [], 'Of it, what JavaScript objects use.'),
  heapLimit: gauge('v8js_memory_heap_limit_bytes', [], 'What they may use at most.'),
  cpu: gauge(
    'process_cpu_utilization_ratio',
    ['cpu_mode'],
    'CPU used since the last scrape, `user` and `system`; 1: one core, always.',
  ),
  uptime: gauge('process_uptime_seconds', [], 'How long the process has been running.'),
} as const;

export const allMetrics: readonly Metric[] = [...Object.values(storeMetrics), ...Object.values(serviceMetrics)];
