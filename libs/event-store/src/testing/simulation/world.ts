// What all simulated processes share: time, chance, faults, and the record of what happened.
import type { Random } from '../random.js';
import type { Violation } from '../invariants/index.js';
import { Faults } from './faults.js';
import { Reads } from './reads.js';
import { Timeline } from './timeline.js';

export interface WorldOptions {
  /** Takes each line of the story; undefined where nobody listens, as in all runs but a replayed one. */
  readonly listener: ((line: string) => void) | undefined;
  /** Whether single calls are told too. */
  readonly calls: boolean;
  /** How far the clock of a process is off at most, in milliseconds. */
  readonly clocksOffMs: number;
}

export class World {
  readonly timeline = new Timeline();
  readonly faults: Faults;
  readonly reads = new Reads();
  /** Seen while it went on. */
  readonly violations: Violation[] = [];
  /** How far the databases' clock is off, in milliseconds. */
  databaseClockOff = 0;
  /** Until when nobody reaches a server. */
  readonly outages = { database: 0, broker: 0, gateway: 0 };

  constructor(
    readonly random: Random,
    private readonly options: WorldOptions,
  ) {
    this.faults = new Faults(random);
  }

  /** How far the clock of the next process is off, in milliseconds. */
  drawClockOff(): number {
    return this.random.between(-this.options.clocksOffMs, this.options.clocksOffMs);
  }

  get isHeard(): boolean {
    return this.options.listener !== undefined;
  }

  /** `depth`: 0 for what happens to the world, 1 for what a process does, 2 for its single calls. */
  tell(depth: 0 | 1 | 2, who: string, what: string): void {
    const { listener, calls } = this.options;
    if (!listener || (depth === 2 && !calls)) return;
    const time = (this.timeline.elapsedMs / 1_000).toFixed(3).padStart(9);
    listener(`${time}  ${'    '.repeat(depth)}${who} ${what}`);
  }

  isOut(server: keyof World['outages']): boolean {
    return this.outages[server] > this.timeline.now;
  }
}
