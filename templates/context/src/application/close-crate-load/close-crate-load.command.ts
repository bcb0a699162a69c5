// Closes a crate load. The follow-up opened none and may close any: it has to be named, so that nothing forgotten grants that.
import { Command } from '@nestjs/cqrs';
import type { AppendResult } from '@app/event-store';
import type { Actor } from '../actor.js';

export class CloseCrateLoad extends Command<AppendResult> {
  constructor(
    readonly crateLoadId: string,
    readonly reason: string,
    readonly by: Actor | 'follow-up',
    /** Close it only if this is its version. */
    readonly expectedVersion?: number,
  ) {
    super();
  }
}
