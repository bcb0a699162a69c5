// One service that is watched and one that is not, started for the purpose, side by side on systems of their own.
import type { System } from '../../tools/system/system.js';
import { Backlog } from '../checkout/backlog.js';
import type { Generator } from '../checkout/generator.js';
import { CpuMeter } from '../lab/cpu.js';
import { interleaved, type Contestant } from '../lab/rounds.js';

const SERVICE = 'order-service';
export const IN_FLIGHT = 32;
/** As Prometheus in the Compose file does. */
const SCRAPE_EVERY_MS = 10_000;
/** So many orders each process takes before it is measured: one that has just started compiles its code, and one that is watched has more of it. The same number for both, not the same time. */
const WARM_UP_ORDERS = 4_000;
/** Of each, taken in turns. Of one alone the ratio of a service to itself was anything from 0.74 to 1.52 on a machine that had other work. As many go before and do not count. */
const TURNS = 8;

export interface Lab {
  readonly generator: Generator;
  /** What makes a service a watched one. */
  readonly env: Readonly<Record<string, string>>;
  readonly turnMs: number;
}

/** Orders a second, and processor time of the service for each in milliseconds. */
export interface Measured {
  readonly perSecond: number;
  readonly cpuMs: number;
}

export interface Pair {
  readonly off: Measured;
  readonly on: Measured;
}

/** Starts both services anew, `first` first. The one whose turn it is not has nothing to do. */
export async function measurePair(lab: Lab, off: System, on: System, first: 'off' | 'on' = 'off'): Promise<Pair> {
  const start = {
    off: () => taker('off', off, {}, lab),
    on: () => taker('on', on, lab.env, lab),
  };
  const early = first === 'on' ? await start.on() : undefined;
  const unwatched = await start.off();
  const watched = early ?? (await start.on());
  const { metricsUrl } = on.running(SERVICE);
  const scraping = setInterval(() => void fetch(metricsUrl!).then((answer) => answer.text()), SCRAPE_EVERY_MS);
  const [ofUnwatched, ofWatched] = await interleaved([unwatched, watched], 1, TURNS);
  clearInterval(scraping);
  const measured = async ({ cpu, backlog }: Taker, perSecond: number): Promise<Measured> => {
    await backlog.close();
    return { perSecond, cpuMs: cpu.perUnit[SERVICE]! };
  };
  return { off: await measured(unwatched, ofUnwatched!.perSecond), on: await measured(watched, ofWatched!.perSecond) };
}

interface Taker extends Contestant {
  readonly cpu: CpuMeter;
  readonly backlog: Backlog;
}

async function taker(name: string, system: System, env: Lab['env'], { generator, turnMs }: Lab): Promise<Taker> {
  const { url, pid } = await system.restart(SERVICE, env);
  const backlog = await Backlog.open(system.databaseUrl(SERVICE));
  const token = await system.token('alice', 'customer');
  const cpu = new CpuMeter({ [SERVICE]: pid });
  const take = async (ms: number) => {
    const taken = await generator.run({ url, token, inFlight: IN_FLIGHT, ms });
    return { orders: taken.orders, ms: taken.ms + (await backlog.handled()) };
  };
  for (let orders = 0; orders < WARM_UP_ORDERS;) orders += (await take(2_000)).orders;
  const run = async (): Promise<number> => {
    const { orders, ms } = await cpu.during(
      () => take(turnMs),
      (done) => done.orders,
    );
    return (orders / ms) * 1_000;
  };
  return { name, run, cpu, backlog };
}
