// What all simulated processes share: time, chance, faults, and the record of what happened.
import type { Random } from '../random.js';
import type { Violation } from '../invariants/index.js';
import { Faults } from './faults.js';
import { Reads } from './reads.js';
import { Timeline } from './timeline.js';

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
    /** Takes each line of the story; undefined where nobody listens, as in all runs but a replayed one. */
    private readonly listener?: (line: string) => void,
    /** Whether single calls are told too. */
    private readonly calls = false,
  ) {
    this.faults = new Faults(random);
  }

  get isHeard(): boolean {
    return this.listener !== undefined;
  }

  /** `depth`: 0 for what happens to the world, 1 for what a process does, 2 for its single calls. */
  tell(depth: 0 | 1 | 2, who: string, what: string): void {
    if (!this.listener || (depth === 2 && !this.calls)) return;
    const time = (this.timeline.elapsedMs / 1_000).toFixed(3).padStart(9);
    this.listener(`${time}  ${'    '.repeat(depth)}${who} ${what}`);
  }

  isOut(server: keyof World['outages']): boolean {
    return this.outages[server] > this.timeline.now;
  }
}
