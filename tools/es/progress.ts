// How far a long command has come and when it will be there: a moving line on a terminal, a note now and then elsewhere.
import { duration } from '../../libs/event-store/src/operations/index.js';
import type { Io } from './io.js';
import { cut, safe } from './terminal.js';

/** Between two lines, in milliseconds. */
const MOVING_MS = 200;
const NOTE_MS = 10_000;

export class ProgressLine {
  private readonly begun: number;
  private shown: number;

  constructor(
    private readonly io: Io,
    /** What is being done, e.g. `order-service: verifying`. */
    private readonly what: string,
    private readonly now: () => number = Date.now,
  ) {
    this.begun = this.shown = now();
  }

  /** `done` of `of`, in any unit that goes up evenly; `detail` is for people. */
  show(done: bigint, of: bigint, detail: string): void {
    const now = this.now();
    if (now - this.shown < (this.io.moving ? MOVING_MS : NOTE_MS)) return;
    this.shown = now;
    const part = of === 0n ? 1 : Math.min(1, Number(done) / Number(of));
    const left = part > 0 ? duration(((now - this.begun) / part) * (1 - part)) : 'unknown';
    const line = `${safe(this.what)}: ${Math.floor(part * 100)} %, ${detail}, ${left} left`;
    if (this.io.moving) this.io.moving(cut(line, this.io.look.width - 1));
    else this.io.note(line);
  }

  end(): void {
    this.io.moving?.('');
  }
}
