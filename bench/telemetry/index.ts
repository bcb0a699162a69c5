// `npm run bench -- telemetry`: orders taken by a service while it is traced and measured, against the same process while it is neither. What comes of the orders counts as in `checkout`.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { entryOf } from '../../tools/system/build.js';
import type { ServiceName } from '../../tools/system/services.js';
import { withThrowawaySystem } from '../../tools/system/throwaway-system.js';
import { Generator } from '../checkout/generator.js';
import { median, type Standing } from '../lab/rounds.js';
import type { BenchOptions, WorkResult } from '../lab/work.js';
import { IN_FLIGHT, measureLife, SERVICE, type Life } from './switched.js';

type Environment = Readonly<Record<string, string>>;

/** As shipped: it is told where it is scraped and where spans go, and nothing else. */
export const benchTelemetry = (options: BenchOptions): Promise<WorkResult[]> => bench('telemetry', {}, options);

/** With spans of all requests. */
export const benchTelemetryAll = (options: BenchOptions): Promise<WorkResult[]> =>
  bench('telemetryAll', { OTEL_TRACES_SAMPLER_ARG: '1' }, options);

async function bench(work: string, more: Environment, options: BenchOptions): Promise<WorkResult[]> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const collector = await startCollector();
  const env = {
    METRICS_PORT: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    BENCH_EVENT_STORE_CORE: `dist/apps/${SERVICE}/libs/event-store/src/core/index.js`,
    ...more,
  };
  const generator = await Generator.start();
  const command = (service: ServiceName): readonly string[] => [
    process.execPath,
    ...(service === SERVICE ? ['--import', './bench/telemetry/switch.mjs'] : []),
    entryOf(service),
  ];
  try {
    const lives = await withThrowawaySystem({ log, command, env }, async (system) => {
      await system.running('payment-service').stop();
      const lived: Life[] = [];
      while (lived.length < options.rounds) {
        lived.push(await measureLife({ generator, env }, system));
        log(`round ${lived.length}: ${describe(lived.at(-1)!)}`);
      }
      return lived;
    });
    const result = resultOf(work, lives);
    options.progress(result);
    return [result];
  } finally {
    await generator.stop();
    await collector.close();
  }
}

function resultOf(work: string, lives: readonly Life[]): WorkResult {
  const standing = (index: 0 | 1): Standing => {
    const all = lives.map(({ standings }) => standings[index]!);
    const ratios = all.map(({ ratio }) => ratio);
    return {
      name: all[0]!.name,
      ratio: median(ratios),
      min: Math.min(...ratios),
      max: Math.max(...ratios),
      perSecond: median(all.map(({ perSecond }) => perSecond)),
    };
  };
  const cpu = lives.map(({ cpuMs: { off, on } }) => on / off);
  const spread = `${Math.min(...cpu).toFixed(3)}–${Math.max(...cpu).toFixed(3)}`;
  return {
    work,
    inFlight: IN_FLIGHT,
    goal: 0.95,
    standings: [standing(0), standing(1)],
    cpuMs: {
      'order-service off': median(lives.map(({ cpuMs: { off } }) => off)),
      'order-service on': median(lives.map(({ cpuMs: { on } }) => on)),
    },
    note: `CPU of an order ${median(cpu).toFixed(3)} times (${spread})`,
  };
}

function describe({ standings: [off, on], cpuMs }: Life): string {
  return `${on!.ratio.toFixed(3)} of ${Math.round(off!.perSecond)} orders/s, CPU ${cpuMs.on.toFixed(2)} ms where it was ${cpuMs.off.toFixed(2)}`;
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
