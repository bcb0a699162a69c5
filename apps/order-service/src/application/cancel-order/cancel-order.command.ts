// Cancels an order that has not been shipped. The checkout owns none and may cancel any: it has to be named, so that nothing forgotten grants that.
import { Command } from '@nestjs/cqrs';
import type { AppendResult } from '@app/event-store';
import type { Actor } from '../actor.js';

export class CancelOrder extends Command<AppendResult> {
  constructor(
    readonly orderId: string,
    readonly reason: string,
    readonly by: Actor | 'checkout',
    /** Cancel it only if this is its version. */
    readonly expectedVersion?: number,
  ) {
    super();
  }
}
