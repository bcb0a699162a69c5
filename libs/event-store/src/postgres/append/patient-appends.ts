// Appends that cannot share a statement: each waits for the lock of somebody else, or is very large. A few at a time, beside the lanes.
import type { ValidAppend } from '../../core/index.js';
import type { Outcome, Waiting } from './waiting.js';

/** Connections of the pool they may hold, which others need as well. */
const MAX_UNDER_WAY = 4;

export class PatientAppends {
  private readonly waiting: Waiting[] = [];
  private underWay = 0;

  /** @param ended told before each is answered. */
  constructor(
    private readonly send: (request: ValidAppend) => Promise<Outcome>,
    private readonly ended: (one: Waiting) => void,
  ) {}

  get size(): number {
    return this.waiting.length + this.underWay;
  }

  add(one: Waiting): void {
    this.waiting.push(one);
    this.fill();
  }

  private fill(): void {
    while (this.underWay < MAX_UNDER_WAY && this.waiting.length > 0) void this.run(this.waiting.shift()!);
  }

  private async run(one: Waiting): Promise<void> {
    this.underWay += 1;
    const answer = await this.send(one.request).then(
      (outcome) => () => one.resolve(outcome),
      (error: unknown) => () => one.reject(error),
    );
    this.underWay -= 1;
    this.ended(one);
    answer();
    this.fill();
  }
}
