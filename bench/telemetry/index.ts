// `npm run bench -- telemetry`: orders taken by a service that is traced and measured, against one that is neither. What comes of the orders counts as in `checkout`.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { System } from '../../tools/system/system.js';
import { withThrowawaySystem } from '../../tools/system/throwaway-system.js';
import { Backlog } from '../checkout/backlog.js';
import { Generator } from '../checkout/generator.js';
import { CpuMeter, type CpuMs } from '../lab/cpu.js';
import { interleaved, type Contestant } from '../lab/rounds.js';
import type { BenchOptions, WorkResult } from '../lab/work.js';

const IN_FLIGHT = 32;
/** As Prometheus in the Compose file does. */
const SCRAPE_EVERY_MS = 10_000;
/** So many orders each service takes before it is measured: one that has just started compiles its code, and one that is watched has more of it. The same number for both, not the same time. */
const WARM_UP_ORDERS = 6_000;
/** Turns of each in a round. Of one alone the ratio of a service to itself was anything from 0.74 to 1.52 on a machine that had other work. */
const TURNS = 8;
/** As shipped, and all requests. */
const TRACED: readonly { readonly work: string; readonly env: Readonly<Record<string, string>> }[] = [
  { work: 'telemetry', env: {} },
  { work: 'telemetryAll', env: { OTEL_TRACES_SAMPLER_ARG: '1' } },
];

/** Two systems, because two services on one database would share its subscriptions; the one whose turn it is not has nothing to do. */
export async function benchTelemetry(options: BenchOptions): Promise<WorkResult[]> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const collector = await startCollector();
  const results: WorkResult[] = [];
  try {
    for (const { work, env: sampled } of TRACED) {
      const env = { METRICS_PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...sampled };
      const result = await withThrowawaySystem({ log }, (off) =>
        withThrowawaySystem({ log, env }, (on) => compare(off, on, options, work)),
      );
      results.push(result);
      options.progress(result);
    }
    return results;
  } finally {
    await collector.close();
  }
}

async function compare(off: System, on: System, options: BenchOptions, work: string): Promise<WorkResult> {
  const order = on.running('order-service');
  await Promise.all([off, on].map((system) => system.running('payment-service').stop()));
  const meters: CpuMeter[] = [];
  const generator = await Generator.start();
  const backlogs: Backlog[] = [];
  const contestant = async (name: string, system: System): Promise<Contestant> => {
    const backlog = await Backlog.open(system.databaseUrl('order-service'));
    backlogs.push(backlog);
    const { url } = system.running('order-service');
    const token = await system.token('alice', 'customer');
    const cpu = new CpuMeter({ [`order-service ${name}`]: system.running('order-service').pid });
    meters.push(cpu);
    const place = async (forMs: number) => {
      const { orders, ms } = await generator.run({ url, token, inFlight: IN_FLIGHT, ms: forMs });
      return { orders, ms: ms + (await backlog.handled()) };
    };
    for (let orders = 0; orders < WARM_UP_ORDERS;) orders += (await place(2_000)).orders;
    const run = async (): Promise<number> => {
      const { orders, ms } = await cpu.during(
        () => place(options.roundMs),
        (done) => done.orders,
      );
      return (orders / ms) * 1_000;
    };
    return { name, run };
  };
  const contestants = [await contestant('off', off), await contestant('on', on)];
  const scraping = setInterval(() => void fetch(order.metricsUrl!).then((answer) => answer.text()), SCRAPE_EVERY_MS);
  const standings = await interleaved(contestants, options.rounds, TURNS);
  clearInterval(scraping);
  await generator.stop();
  for (const backlog of backlogs) await backlog.close();
  const cpuMs = Object.assign({}, ...meters.map(({ perUnit }) => perUnit)) as CpuMs;
  return { work, inFlight: IN_FLIGHT, goal: 0.95, standings, cpuMs };
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
