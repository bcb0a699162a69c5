// Segments that nobody works on for longer than a change of hands takes: those whose share they are cannot read on, or are not there any more.
import { isStillAhead, type CheckpointStore, type Clock, type SubscriptionKey } from '../../core/index.js';

/** Between two looks, in milliseconds: whoever has just come or gone has been seen by all meanwhile. */
const LOOK_MS = 5_000;

export class UnclaimedSegments {
  private nextAt: number;
  private free: ReadonlySet<string> = new Set();

  constructor(
    private readonly segments: readonly SubscriptionKey[],
    private readonly checkpoints: Pick<CheckpointStore, 'list'>,
    private readonly clock: Clock,
  ) {
    this.nextAt = clock.now().getTime() + LOOK_MS;
  }

  /** Indexes of those that were free at the last look, and still are; none where it is too early for another look. */
  async find(): Promise<number[]> {
    if (isStillAhead(this.nextAt, LOOK_MS, this.clock)) return [];
    this.nextAt = this.clock.now().getTime() + LOOK_MS;
    const before = this.free;
    const all = await this.checkpoints.list();
    this.free = new Set(all.flatMap(({ name, log, owner, paused }) => (owner || paused ? [] : [`${log}/${name}`])));
    return this.segments.flatMap(({ name, log }, index) => {
      const key = `${log}/${name}`;
      return before.has(key) && this.free.has(key) ? [index] : [];
    });
  }

  /** Who is there has changed: what is free now may be about to be taken. */
  forget(): void {
    this.free = new Set();
  }
}
