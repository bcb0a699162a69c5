// Facts about a crate load. Renames and versions are declared here, nowhere else.
import { Event } from '@app/event-store/core';

@Event('crate-load.opened')
export class CrateLoadOpened {
  constructor(
    /** As people wrote it, and not encrypted: it stays in the log for ever. What may name people is `Personal` (docs/how-to/personal-data.md). */
    readonly subject: string,
    /** The user; undefined when a message of another context asked for it. */
    readonly openedBy?: string,
  ) {}
}

@Event('crate-load.closed')
export class CrateLoadClosed {
  constructor(
    /** As the subject is. */
    readonly reason: string,
    readonly by: ClosedBy,
  ) {}
}

/** `system`: the follow-up, after nobody else did. */
export type ClosedBy = 'customer' | 'operator' | 'system';
