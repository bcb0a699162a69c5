// Closes a crate load. Without `by` it is the follow-up that closes, and ownership is not asked.
import { Command } from '@nestjs/cqrs';
import type { AppendResult } from '@app/event-store';
import type { Actor } from '../actor.js';

export class CloseCrateLoad extends Command<AppendResult> {
  constructor(
    readonly crateLoadId: string,
    readonly reason: string,
    readonly by?: Actor,
    /** Close it only if this is its version. */
    readonly expectedVersion?: number,
  ) {
    super();
  }
}
