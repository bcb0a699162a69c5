// `npm run bench -- growth [--events 10000000]`: what an append, the read of a stream and a subscriber that catches up cost in a long log.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { EmbeddedPostgres } from '../../tools/postgres/index.js';
import { eventsPerSecond } from '../append/writers.js';
import { interleaved, type Standing } from '../lab/rounds.js';
import { openStore, type StoreOfBench } from '../lab/store.js';
import type { BenchOptions, WorkResult } from '../lab/work.js';
import { fill } from '../read/fill.js';
import { compiled } from './compiled.js';

const DEFAULT_EVENTS = 1_000_000;
/** In the short log: enough that its statements have the plans of the long one. */
const FEW_EVENTS = 10_000;
const EVENTS_OF_STREAM = 10;
const IN_FLIGHT = 8;
/** What the subscriber's process may take altogether, in megabytes. */
const MEMORY_MB = 200;

export async function benchGrowth(server: EmbeddedPostgres, options: BenchOptions): Promise<WorkResult[]> {
  const count = options.events ?? DEFAULT_EVENTS;
  const short = await openStore(server, 'short');
  const long = await openStore(server, 'long');
  await fill(short.url, { first: 0, count: FEW_EVENTS, eventsOfStream: EVENTS_OF_STREAM });
  await fill(long.url, { first: 0, count, eventsOfStream: EVENTS_OF_STREAM });
  const results: WorkResult[] = [];
  const report = (result: WorkResult): void => {
    results.push(result);
    options.progress(result);
  };
  const memory = await memoryToCatchUp(long.url, count);
  report({
    work: 'memory',
    inFlight: 1,
    goal: 1,
    lessIsBetter: true,
    unit: ' MB',
    standings: [limit, { ...limit, name: 'starter', ...memory }],
  });

  const appends =
    ({ store }: StoreOfBench) =>
    () =>
      eventsPerSecond(
        (stream, before, events) => store.append({ stream, expected: before === 0 ? 'no-stream' : before, events }),
        { inFlight: IN_FLIGHT, eventsOfAppend: 1, ms: options.roundMs },
      );
  report({
    work: 'growth',
    inFlight: IN_FLIGHT,
    goal: 0.9,
    standings: await interleaved(
      [
        { name: 'short log', run: appends(short) },
        { name: 'long log', run: appends(long) },
      ],
      options.rounds,
    ),
  });

  const reads = (store: StoreOfBench, streams: number) => () => streamsPerSecond(store, streams, options.roundMs);
  report({
    work: 'growthRead',
    inFlight: 1,
    goal: 0.9,
    standings: await interleaved(
      [
        { name: 'short log', run: reads(short, FEW_EVENTS / EVENTS_OF_STREAM) },
        { name: 'long log', run: reads(long, Math.floor(count / EVENTS_OF_STREAM)) },
      ],
      options.rounds,
    ),
  });
  await short.close();
  await long.close();
  return results;
}

/** Reads streams from all over the log; a step that shares no factor with their number visits each of them. */
async function streamsPerSecond({ store }: StoreOfBench, streams: number, ms: number): Promise<number> {
  const begin = performance.now();
  let read = 0;
  for (let next = 0; performance.now() - begin < ms; next = (next + 7_919) % streams) {
    const events = await store.readStream(`order-${next}`);
    if (events.length !== EVENTS_OF_STREAM) throw new Error(`order-${next} has ${events.length} events.`);
    read += 1;
  }
  return (read / (performance.now() - begin)) * 1_000;
}

const limit: Standing = { name: 'the limit', ratio: 1, min: 1, max: 1, perSecond: MEMORY_MB };

/** Of a process that reads the log from its beginning to its end: its largest resident set, as a share of the limit. */
async function memoryToCatchUp(url: string, count: number): Promise<Pick<Standing, 'ratio' | 'min' | 'max'>> {
  const child = fork(await compiled('bench/growth/subscriber.ts'), [url, String(count)], { execArgv: [] });
  const [peakMb] = (await once(child, 'message')) as [number];
  const ratio = peakMb / MEMORY_MB;
  return { ratio, min: ratio, max: ratio };
}
