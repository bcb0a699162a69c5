// Opens a crate load. Its id comes with the command, so that a repeat means the same one.
import { Command } from '@nestjs/cqrs';
import type { AppendResult } from '@app/event-store';

export class OpenCrateLoad extends Command<AppendResult> {
  constructor(
    readonly crateLoadId: string,
    readonly subject: string,
    /** The user; undefined when a message asks for it. */
    readonly openedBy?: string,
  ) {
    super();
  }
}
