// `npm run bench -- wake`: from the append to the callback of a subscriber in another process, while 1,000 events a second flow.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import type { EmbeddedPostgres } from '../../tools/postgres/index.js';
import { newEvent, newStreamName } from '../append/events.js';
import { median } from '../lab/rounds.js';
import { openStore } from '../lab/store.js';
import type { BenchOptions, WorkResult } from '../lab/work.js';
import { latenciesOf, nowUs, type Latencies } from './latencies.js';
import { steadily } from './steady.js';

const PER_SECOND = 1_000;

/** Latency of the starter divided by that of the ping: less is better. */
const GOALS = { p50: 1.5, p99: 2 } as const;

export async function benchWake(server: EmbeddedPostgres, options: BenchOptions): Promise<WorkResult[]> {
  const store = await openStore(server, 'wake');
  await store.dataSource.query('CREATE TABLE pings (id serial PRIMARY KEY, sent_at bigint NOT NULL)');
  const pool = new pg.Pool({ connectionString: store.url, max: 10 });
  const ping = async (): Promise<void> => {
    await pool.query({ name: 'ping', text: 'INSERT INTO pings (sent_at) VALUES ($1)', values: [nowUs()] });
    await pool.query('NOTIFY pings');
  };
  const append = (n: number): Promise<unknown> => {
    const { data, ...event } = newEvent(n);
    const events = [{ ...event, data: { ...data, sentAt: nowUs() } }];
    return store.store.append({ stream: newStreamName(), expected: 'no-stream', events });
  };
  const rounds: { readonly ping: Latencies; readonly starter: Latencies }[] = [];
  const listeners = { ping: await listener('ping', store.url), starter: await listener('starter', store.url) };
  for (let round = -1; round < options.rounds; round += 1) {
    const measure = async (kind: 'ping' | 'starter', work: (n: number) => Promise<unknown>): Promise<Latencies> => {
      await steadily(PER_SECOND, options.roundMs, work);
      return latenciesOf(await measuredBy(listeners[kind]));
    };
    const first = await measure('ping', ping);
    const second = await measure('starter', append);
    if (round >= 0) rounds.push({ ping: first, starter: second });
  }
  for (const child of Object.values(listeners)) child.kill('SIGKILL');
  await pool.end();
  await store.close();
  return (['p50', 'p99'] as const).map((percentile) => resultOf(percentile, rounds, options));
}

function resultOf(
  percentile: 'p50' | 'p99',
  rounds: readonly { readonly ping: Latencies; readonly starter: Latencies }[],
  options: BenchOptions,
): WorkResult {
  const ratios = rounds.map(({ ping, starter }) => starter[percentile] / ping[percentile]);
  const spread = { ratio: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
  const perSecondOf = (kind: 'ping' | 'starter') => 1e6 / median(rounds.map((round) => round[kind][percentile]));
  const result: WorkResult = {
    work: percentile === 'p50' ? 'wake' : 'wakeP99',
    inFlight: 1,
    goal: GOALS[percentile],
    lessIsBetter: true,
    standings: [
      { name: 'ping', ratio: 1, min: 1, max: 1, perSecond: perSecondOf('ping') },
      { name: 'starter', ...spread, perSecond: perSecondOf('starter') },
    ],
  };
  options.progress(result);
  return result;
}

async function listener(kind: 'ping' | 'starter', url: string): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'listener.ts'), [kind, url], { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  return child;
}

async function measuredBy(child: ChildProcess): Promise<number[]> {
  child.send('measured?');
  const [measured] = (await once(child, 'message')) as [number[]];
  return measured;
}
