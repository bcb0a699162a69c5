// What a unit of work costs: processor time of the processes that take part, as Linux counts it. Elsewhere nothing is said.
import { readdir, readFile } from 'node:fs/promises';

/** Of a tick in /proc, in milliseconds: USER_HZ is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** By a name for people: one process, with the children it has and had. */
export type Processes = Readonly<Record<string, number>>;

/** Processor time in milliseconds by process, for one unit of work. */
export type CpuMs = Readonly<Record<string, number>>;

/** Sums up over the rounds: a tick is long, a round is short. */
export class CpuMeter {
  private readonly spent: Record<string, number> = {};
  private units = 0;

  constructor(private readonly processes: Processes) {}

  /** `unitsOf` says how much was done. */
  async during<T>(work: () => Promise<T>, unitsOf: (result: T) => number): Promise<T> {
    const before = await cpuOf(this.processes);
    const result = await work();
    const after = await cpuOf(this.processes);
    for (const [name, ms] of Object.entries(after)) this.spent[name] = (this.spent[name] ?? 0) + ms - before[name]!;
    this.units += unitsOf(result);
    return result;
  }

  get perUnit(): CpuMs {
    return Object.fromEntries(Object.entries(this.spent).map(([name, ms]) => [name, ms / Math.max(1, this.units)]));
  }
}

async function cpuOf(processes: Processes): Promise<Record<string, number>> {
  const stats = await everyStat();
  return Object.fromEntries(
    Object.entries(processes).flatMap(([name, pid]) => {
      const own = stats.find((stat) => stat.pid === pid);
      if (!own) return [];
      // Threads count with their process; of children that have ended the parent keeps the time.
      const living = stats.filter(({ parent }) => parent === pid).map(({ ticks }) => ticks);
      return [[name, (own.ticks + own.ticksOfEnded + living.reduce((sum, ticks) => sum + ticks, 0)) * TICK_MS]];
    }),
  );
}

async function everyStat() {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return texts.flatMap((text, index) => {
    if (text === '') return []; // it has ended meanwhile
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // from the state on: a name may hold anything
    const [parent, ...ticks] = [1, 11, 12, 13, 14].map((at) => Number(fields[at]));
    const [user, system, usersOfEnded, systemsOfEnded] = ticks as [number, number, number, number];
    return [{ pid: Number(pids[index]), parent, ticks: user + system, ticksOfEnded: usersOfEnded + systemsOfEnded }];
  });
}
