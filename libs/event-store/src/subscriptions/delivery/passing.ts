// Records that a subscription does not want: its checkpoint follows them now and then, instead of with every read of the log. All subscriptions
// of the process read the same records, and each would write for each of them.
import type { SubscriptionRunnerOptions } from '../runner/runner-options.js';
import type { Session } from '../runner/session.js';

/** The checkpoint is saved this long after it could have moved, in milliseconds: one write for many reads. */
const SAVE_AFTER_MS = 200;

export class Passing {
  private position = 0n;
  private cancel: (() => void) | undefined;

  constructor(
    private readonly session: Session,
    private readonly options: Pick<SubscriptionRunnerOptions, 'clock' | 'onMoved'>,
  ) {}

  /** Nothing that is wanted lies up to here and is not handled; in hand is nothing. */
  to(position: bigint): void {
    this.position = position;
    this.options.onMoved?.(position);
    this.cancel ??= this.options.clock.after(SAVE_AFTER_MS, () => {
      this.save().catch((error: unknown) => this.session.fail(error));
    });
  }

  /** Rejects when the session cannot go on. */
  async save(): Promise<void> {
    this.cancel?.();
    this.cancel = undefined;
    const { session } = this;
    if (session.signal.aborted || this.position <= session.position) return;
    await session.save(() => this.position);
  }
}
