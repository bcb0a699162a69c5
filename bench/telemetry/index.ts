// `npm run bench -- telemetry`: orders taken by a service that is traced and measured, against one that is neither. What comes of the orders counts as in `checkout`.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { System } from '../../tools/system/system.js';
import { withThrowawaySystem } from '../../tools/system/throwaway-system.js';
import { Backlog } from '../checkout/backlog.js';
import { Generator } from '../checkout/generator.js';
import { CpuMeter } from '../lab/cpu.js';
import { interleaved, type Contestant } from '../lab/rounds.js';
import type { BenchOptions, WorkResult } from '../lab/work.js';

const IN_FLIGHT = 32;
/** As Prometheus in the Compose file would, only ten times as often. */
const SCRAPE_EVERY_MS = 1_000;
/** The share of requests that are traced: all, as when nobody says otherwise, and what a service with many requests would set. */
const SHARES = ['1', '0.1'];

/** Two systems, because two services on one database would share its subscriptions; the one whose turn it is not has nothing to do. */
export async function benchTelemetry(options: BenchOptions): Promise<WorkResult[]> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const collector = await startCollector();
  const results: WorkResult[] = [];
  try {
    for (const OTEL_TRACES_SAMPLER_ARG of SHARES) {
      const env = { METRICS_PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG };
      const result = await withThrowawaySystem({ log }, (off) =>
        withThrowawaySystem({ log, env }, (on) => compare(off, on, options, OTEL_TRACES_SAMPLER_ARG)),
      );
      results.push(result);
      options.progress(result);
    }
    return results;
  } finally {
    await collector.close();
  }
}

async function compare(off: System, on: System, options: BenchOptions, share: string): Promise<WorkResult> {
  const order = on.running('order-service');
  await Promise.all([off, on].map((system) => system.running('payment-service').stop()));
  const cpu = new CpuMeter({ 'order-service': order.pid });
  const generator = await Generator.start();
  const backlogs: Backlog[] = [];
  const contestant = async (name: string, system: System): Promise<Contestant> => {
    const backlog = await Backlog.open(system.databaseUrl('order-service'));
    backlogs.push(backlog);
    const { url } = system.running('order-service');
    const token = await system.token('alice', 'customer');
    const place = () => generator.run({ url, token, inFlight: IN_FLIGHT, ms: 2 * options.roundMs });
    const run = async (): Promise<number> => {
      const { orders, ms } = system === on ? await cpu.during(place, (done) => done.orders) : await place();
      return (orders / (ms + (await backlog.handled()))) * 1_000;
    };
    return { name, run };
  };
  const contestants = [await contestant('off', off), await contestant('on', on)];
  const scraping = setInterval(() => void fetch(order.metricsUrl!).then((answer) => answer.text()), SCRAPE_EVERY_MS);
  const standings = await interleaved(contestants, options.rounds);
  clearInterval(scraping);
  await generator.stop();
  for (const backlog of backlogs) await backlog.close();
  const work = share === '1' ? 'telemetry' : `telemetry${Number(share) * 100}Percent`;
  return { work, inFlight: IN_FLIGHT, goal: 0.95, standings, cpuMs: cpu.perUnit };
}

/** Takes what it is sent and forgets it. It is on the same machine, so it costs the services something that a collector elsewhere would not. */
async function startCollector(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
