// Places an order at today's prices. The order's id comes with the command, so that a repeat means the same order.
import { Command } from '@nestjs/cqrs';
import type { AppendResult } from '@app/event-store';

export interface RequestedLine {
  readonly sku: string;
  readonly quantity: number;
}

export class PlaceOrder extends Command<AppendResult> {
  constructor(
    readonly orderId: string,
    readonly customerId: string,
    readonly lines: readonly RequestedLine[],
    readonly currency: string,
    readonly note?: string,
  ) {
    super();
  }
}
