// A service that is watched in one turn and not in the next, in one process: two processes of the same code differ by more than telemetry costs.
import { setTimeout as sleep } from 'node:timers/promises';
import type { System } from '../../tools/system/system.js';
import { Backlog } from '../checkout/backlog.js';
import type { Generator } from '../checkout/generator.js';
import { CpuMeter } from '../lab/cpu.js';
import { interleaved, type Contestant, type Standing } from '../lab/rounds.js';

export const SERVICE = 'order-service';
export const IN_FLIGHT = 32;
/** A turn is as long as spans wait until they are sent. */
const TURN_MS = 5_000;
/** Of each, taken in turns, in the life of one process. As many go before and do not count. */
const TURNS = 6;
/** So many orders a process takes before: it compiles its code meanwhile, that of telemetry as well. */
const WARM_UP_ORDERS = 8_000;
/** Signals are heard when the event loop comes round. */
const HEARD_AFTER_MS = 50;

export interface Lab {
  readonly generator: Generator;
  /** What makes a service a watched one. */
  readonly env: Readonly<Record<string, string>>;
}

/** The second one is watched. CPU time of the service in milliseconds for each order. */
export interface Life {
  readonly standings: readonly Standing[];
  readonly cpuMs: { readonly off: number; readonly on: number };
}

/** Starts the service anew. */
export async function measureLife({ generator, env }: Lab, system: System): Promise<Life> {
  const { url, pid, metricsUrl } = await system.restart(SERVICE, env);
  const backlog = await Backlog.open(system.databaseUrl(SERVICE));
  const token = await system.token('alice', 'customer');
  const take = async (ms: number) => {
    const taken = await generator.run({ url, token, inFlight: IN_FLIGHT, ms });
    return { orders: taken.orders, ms: taken.ms + (await backlog.handled()) };
  };
  let isOn = true;
  const contestant = (name: 'off' | 'on'): Contestant & { readonly cpu: CpuMeter } => {
    const cpu = new CpuMeter({ [SERVICE]: pid });
    const turn = async () => {
      // Once a turn, which is twice as often as Prometheus in the Compose file does.
      const [taken] = await Promise.all([take(TURN_MS), name === 'on' ? scrape(metricsUrl!) : undefined]);
      return taken;
    };
    const run = async (): Promise<number> => {
      if (isOn !== (name === 'on')) process.kill(pid, 'SIGUSR2');
      isOn = name === 'on';
      await sleep(HEARD_AFTER_MS);
      const { orders, ms } = await cpu.during(turn, (done) => done.orders);
      return (orders / ms) * 1_000;
    };
    return { name, run, cpu };
  };
  for (let orders = 0; orders < WARM_UP_ORDERS;) orders += (await take(2_000)).orders;
  const [off, on] = [contestant('off'), contestant('on')];
  const standings = await interleaved([off, on], 1, TURNS);
  await backlog.close();
  return { standings, cpuMs: { off: off.cpu.perUnit[SERVICE]!, on: on.cpu.perUnit[SERVICE]! } };
}

async function scrape(url: string): Promise<void> {
  await (await fetch(url)).text();
}
