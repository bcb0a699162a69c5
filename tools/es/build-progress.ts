// Says how far something is: one line that is written over on a terminal, a line now and then elsewhere.
import { duration } from '../../libs/event-store/src/operations/index.js';
import type { Io } from './io.js';

export interface Step {
  /** E.g. `order-summary@v2`. */
  readonly what: string;
  readonly position: bigint;
  readonly end: bigint;
  /** 0 to 100. */
  readonly percent: number;
  readonly perSecond?: number;
  readonly remainingMs?: number;
}

/** Between two lines of a log, in milliseconds, and between two of a terminal. */
const EVERY_MS = { log: 5_000, terminal: 200 };

export class BuildProgress {
  private saidAt = -Infinity;
  private open = false;

  /** `now` in milliseconds. */
  constructor(
    private readonly io: Pick<Io, 'note' | 'moving'>,
    private readonly now: () => number,
  ) {}

  step(step: Step): void {
    const { note, moving } = this.io;
    const now = this.now();
    if (now - this.saidAt < (moving ? EVERY_MS.terminal : EVERY_MS.log)) return;
    this.saidAt = now;
    if (moving) moving(lineOf(step));
    else note(lineOf(step));
    this.open = moving !== undefined;
  }

  /** Before anything else is written. */
  end(): void {
    if (this.open) this.io.moving?.('');
    this.open = false;
  }
}

export function lineOf({ what, position, end, percent, perSecond, remainingMs }: Step): string {
  const speed = perSecond === undefined ? '' : `, ${Math.round(perSecond)} events/s`;
  const left = remainingMs === undefined ? '' : `, about ${duration(remainingMs)} left`;
  return `${what}  ${percent} %  position ${position} of ${end}${speed}${left}`;
}
