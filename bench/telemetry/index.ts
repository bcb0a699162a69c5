// `npm run bench -- telemetry`: orders taken by a service that is traced and measured, against one that is neither. What comes of the orders counts as in `checkout`.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { withThrowawaySystem } from '../../tools/system/throwaway-system.js';
import { Generator } from '../checkout/generator.js';
import { median, type Standing } from '../lab/rounds.js';
import type { BenchOptions, WorkResult } from '../lab/work.js';
import { IN_FLIGHT, measurePair, type Lab, type Pair } from './pair.js';

type Environment = Readonly<Record<string, string>>;

/** As shipped: it is told where it is scraped and where spans go, and nothing else. */
export const benchTelemetry = (options: BenchOptions): Promise<WorkResult[]> => bench('telemetry', {}, options);

/** With spans of all requests. */
export const benchTelemetryAll = (options: BenchOptions): Promise<WorkResult[]> =>
  bench('telemetryAll', { OTEL_TRACES_SAMPLER_ARG: '1' }, options);

/** Two systems, because two services on one database would share its subscriptions. */
async function bench(work: string, more: Environment, options: BenchOptions): Promise<WorkResult[]> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const collector = await startCollector();
  const env = { METRICS_PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...more };
  const generator = await Generator.start();
  const lab: Lab = { generator, env, turnMs: options.roundMs };
  try {
    const rounds = await withThrowawaySystem({ log }, (one) =>
      withThrowawaySystem({ log }, async (other) => {
        await Promise.all([one, other].map((system) => system.running('payment-service').stop()));
        const done: Round[] = [];
        while (done.length < options.rounds) {
          // Two processes of the same code differ by more than telemetry costs: by how they happened to be compiled, by their databases, and by which
          // was started first. Without telemetry in either, the second one took 0.91 of the first one's orders (two pairs).
          const pairs = [await measurePair(lab, one, other), await measurePair(lab, other, one, 'on')] as const;
          done.push(roundOf(pairs));
          log(`round ${done.length}: ${pairs.map(describe).join('; ')}`);
        }
        return done;
      }),
    );
    const result = resultOf(work, rounds);
    options.progress(result);
    return [result];
  } finally {
    await generator.stop();
    await collector.close();
  }
}

/** Of a round's two pairs, in which the systems have changed places, and who starts first. */
interface Round {
  readonly ratio: number;
  readonly cpuRatio: number;
  readonly pairs: readonly Pair[];
}

function roundOf(pairs: readonly [Pair, Pair]): Round {
  const mean = (of: (pair: Pair) => number): number => Math.sqrt(of(pairs[0]) * of(pairs[1]));
  return {
    ratio: mean(({ off, on }) => on.perSecond / off.perSecond),
    cpuRatio: mean(({ off, on }) => on.cpuMs / off.cpuMs),
    pairs,
  };
}

function resultOf(work: string, rounds: readonly Round[]): WorkResult {
  const pairs = rounds.flatMap((round) => round.pairs);
  const standing = (name: 'off' | 'on', ratios: readonly number[]): Standing => ({
    name,
    ratio: median(ratios),
    min: Math.min(...ratios),
    max: Math.max(...ratios),
    perSecond: median(pairs.map((pair) => pair[name].perSecond)),
  });
  const standings = [
    standing(
      'off',
      rounds.map(() => 1),
    ),
    standing(
      'on',
      rounds.map(({ ratio }) => ratio),
    ),
  ];
  const cpu = rounds.map(({ cpuRatio }) => cpuRatio);
  const spread = `${Math.min(...cpu).toFixed(3)}–${Math.max(...cpu).toFixed(3)}`;
  const cpuOf = (name: 'off' | 'on'): number => median(pairs.map((pair) => pair[name].cpuMs));
  return {
    work,
    inFlight: IN_FLIGHT,
    goal: 0.95,
    standings,
    cpuMs: { 'order-service off': cpuOf('off'), 'order-service on': cpuOf('on') },
    note: `CPU of an order ${median(cpu).toFixed(3)} times (${spread})`,
  };
}

function describe({ off, on }: Pair): string {
  const ratio = (on.perSecond / off.perSecond).toFixed(2);
  return `${ratio} of ${Math.round(off.perSecond)} orders/s, CPU ${on.cpuMs.toFixed(2)} ms where it was ${off.cpuMs.toFixed(2)}`;
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
