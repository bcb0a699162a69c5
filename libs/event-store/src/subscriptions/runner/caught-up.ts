// Tells a subscription that it has caught up: often until it says that it has heard, and now and then afterwards.
import { isStillAhead } from '../../core/index.js';
import type { Session } from './session.js';
import { DEFAULT_POLL_MS, type SubscriptionRunnerOptions } from './runner-options.js';

const SHORT_READS = 5;
/** It is asked again all the same, in milliseconds: another version may have come, and gone without a restart of this process. */
const AGAIN_MS = 30_000;

export class CaughtUp {
  private nextAt = -Infinity;
  private shortReads = 0;

  constructor(
    private readonly session: Session,
    private readonly options: SubscriptionRunnerOptions,
  ) {}

  /**
   * After a read and the handling of what it brought: nothing is the end of the log. Under load there is always something, so a row of
   * reads that were not full is taken for it, too.
   */
  async read(records: number, limit: number): Promise<void> {
    this.shortReads = records < limit ? this.shortReads + 1 : 0;
    if (records === 0 || this.shortReads >= SHORT_READS) await this.tell();
  }

  private async tell(): Promise<void> {
    const { definition, clock, pollMs = DEFAULT_POLL_MS } = this.options;
    if (definition.delivery !== 'transactional' || !definition.caughtUp) return;
    const { session } = this;
    if (session.intake.aborted || isStillAhead(this.nextAt, Math.max(AGAIN_MS, pollMs), clock)) return;
    const now = clock.now().getTime();
    let heard = false;
    await session.commit(async () => {
      heard = await definition.caughtUp!(session.cursorAt(session.position));
      return session.position;
    });
    this.nextAt = now + (heard ? AGAIN_MS : pollMs);
  }
}
