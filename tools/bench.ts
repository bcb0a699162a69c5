// `npm run bench [-- NAME] [--json]`: how fast the event store is, as ratios to raw `pg` or bare Kafka of the same run. bench/README.md says more.
import { Command, InvalidArgumentError } from 'commander';
import { benchAppend } from '../bench/append/index.js';
// context: order payment
import { benchCheckout } from '../bench/checkout/index.js';
import { benchTelemetry, benchTelemetryAll } from '../bench/telemetry/index.js';
// end context: order payment
import { regressions, saveReached } from '../bench/lab/reached.js';
import { asJson, describeResult } from '../bench/lab/report.js';
import { withServer } from '../bench/lab/server.js';
import type { BenchOptions, WorkResult } from '../bench/lab/work.js';
import { benchGrowth } from '../bench/growth/index.js';
import { benchRead } from '../bench/read/index.js';
import { benchRebuild } from '../bench/rebuild/index.js';
import { benchRelay } from '../bench/relay/index.js';
import { benchWake } from '../bench/wake/index.js';
import { NoKafkaError } from './kafka/toolchain.js';
import type { EmbeddedPostgres } from './postgres/index.js';
import { InterruptedError } from './system/throwaway.js';

type Bench = (options: BenchOptions) => Promise<WorkResult[]>;

/** On a server of its own. */
const onServer =
  (bench: (server: EmbeddedPostgres, options: BenchOptions) => Promise<WorkResult[]>): Bench =>
  (options) =>
    withServer((server) => bench(server, options));

const BENCHES: Readonly<Record<string, readonly Bench[]>> = {
  append: [onServer(benchAppend), onServer(benchGrowth)],
  read: [onServer(benchRead), onServer(benchWake)],
  growth: [onServer(benchGrowth)],
  wake: [onServer(benchWake)],
  rebuild: [onServer(benchRebuild)],
  relay: [onServer(benchRelay)],
  // context: order payment
  checkout: [benchCheckout],
  telemetry: [benchTelemetry],
  'telemetry-all': [benchTelemetryAll],
  // end context: order payment
};

/** Of the first two, to be run alone. */
const PARTS = ['growth', 'wake'];

interface Options {
  readonly json?: boolean;
  readonly peers?: boolean;
  readonly check?: boolean;
  readonly save?: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly events?: number;
}

const program = new Command('npm run bench --')
  .description(
    'How fast the event store is, as ratios to raw `pg`, or to kafkajs alone, in the same run: medians of interleaved rounds.',
  )
  .argument('[bench]', `one of ${Object.keys(BENCHES).join(', ')}; without it all of them`)
  .option('--json', 'end with one line of JSON for each')
  .option('--peers', 'also other packages, installed from npm into .cache/bench')
  .option('--check', 'fail where it is well below bench/reached.json')
  .option('--save', 'write what is reached into bench/reached.json')
  .option('--rounds <n>', 'rounds that count', positive, 15)
  .option('--seconds <n>', 'how long each works in a round', positive, 0.7)
  .option('--events <n>', 'events in the long log of growth (default: 1000000)', positive)
  .action(async (bench: string | undefined, options: Options) => {
    if (bench !== undefined && !(bench in BENCHES)) {
      program.error(`There is no bench '${bench}'. Choose one of ${Object.keys(BENCHES).join(', ')}.`);
    }
    const all = Object.keys(BENCHES).filter((name) => !PARTS.includes(name));
    for (const name of bench === undefined ? all : [bench]) {
      process.stdout.write(`${name}, ${options.rounds} rounds\n`);
      const progress = (result: WorkResult): void => void process.stdout.write(`${describeResult(result)}\n`);
      const results: WorkResult[] = [];
      for (const run of BENCHES[name]!) {
        results.push(
          ...(await run({
            rounds: options.rounds,
            roundMs: options.seconds * 1_000,
            peers: options.peers ?? false,
            events: options.events,
            progress,
          })),
        );
      }
      if (options.save) await saveReached(results);
      if (options.check) {
        const slower = await regressions(results);
        for (const line of slower) process.stderr.write(`slower: ${line}\n`);
        if (slower.length > 0) process.exitCode = 1;
      }
      if (options.json) process.stdout.write(`${asJson(name, results)}\n`);
    }
  });

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

await program.parseAsync().catch((error: unknown) => {
  if (error instanceof NoKafkaError) program.error(error.message);
  if (!(error instanceof InterruptedError)) throw error;
  process.stderr.write(`${error.message} Nothing is left behind.\n`);
  process.exit(1); // what was being measured has lost its server
});
