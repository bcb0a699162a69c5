// Cancels an order that has not been shipped. Without `by` it is the checkout that cancels, and ownership is not asked.
import { Command } from '@nestjs/cqrs';
import type { AppendResult } from '@app/event-store';
import type { Actor } from '../actor.js';

export class CancelOrder extends Command<AppendResult> {
  constructor(
    readonly orderId: string,
    readonly reason: string,
    readonly by?: Actor,
    /** Cancel it only if this is its version. */
    readonly expectedVersion?: number,
  ) {
    super();
  }
}
