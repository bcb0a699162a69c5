// How the process itself is: its event loop, its memory, its CPU, and the requests it has in hand.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { activeRequests } from '../http/request-metrics.js';
import { reading, type Source } from './reading.js';
import { serviceMetrics as metrics } from './service-metrics.js';

/** How often the lateness of the event loop is sampled, in milliseconds. */
const RESOLUTION_MS = 20;

export function processReadings(): { readonly source: Source; readonly end: () => void } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let busy = performance.eventLoopUtilization();
  let used = { cpu: process.cpuUsage(), at: performance.now() };
  const source = () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, busy);
    busy = now;
    // Before the first sample it says NaN and 0. What it measures is the whole pause, the resolution included.
    const [mean, p99] = [delay.mean || 0, delay.percentile(99)].map((ns) =>
      Math.max(0, ns / 1e9 - RESOLUTION_MS / 1e3),
    );
    delay.reset();
    const cpu = process.cpuUsage(used.cpu);
    const seconds = (performance.now() - used.at) / 1_000;
    used = { cpu: process.cpuUsage(), at: performance.now() };
    const heap = getHeapStatistics();
    return [
      reading(metrics.activeRequests, {}, activeRequests()),
      reading(metrics.eventLoopDelayMean, {}, mean!),
      reading(metrics.eventLoopDelayP99, {}, p99!),
      reading(metrics.eventLoopUtilization, {}, utilization),
      reading(metrics.memory, {}, process.memoryUsage.rss()),
      reading(metrics.heapUsed, {}, heap.used_heap_size),
      reading(metrics.heapLimit, {}, heap.heap_size_limit),
      reading(metrics.cpu, { cpu_mode: 'user' }, cpu.user / 1e6 / seconds),
      reading(metrics.cpu, { cpu_mode: 'system' }, cpu.system / 1e6 / seconds),
      reading(metrics.uptime, {}, process.uptime()),
    ];
  };
  return { source, end: () => void delay.disable() };
}
