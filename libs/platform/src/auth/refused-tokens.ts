// Why tokens are refused, for operators: the caller is not told. Each reason once a minute at most, for whoever sends bad tokens sends many.
import { Logger } from '@nestjs/common';

const QUIET_MS = 60_000;

export class RefusedTokens {
  private readonly told = new Map<string, { atMs: number; more: number }>();

  /** `now`: milliseconds that never go back. */
  constructor(
    private readonly logger: Pick<Logger, 'warn'> = new Logger('auth'),
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** `reason`: one of a few sentences of ours, with nothing of a token in it. */
  note(reason: string): void {
    const last = this.told.get(reason);
    const atMs = this.now();
    if (last && atMs - last.atMs < QUIET_MS) {
      last.more += 1;
      return;
    }
    const more = last?.more ? ` ${last.more} more since it was said last.` : '';
    this.told.set(reason, { atMs, more: 0 });
    this.logger.warn(`${reason}${more}`);
  }
}
