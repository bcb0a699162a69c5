// What goes over the broker here: an event of the log `bench/read/fill.ts` writes, and the public message it becomes.
import { IsInt, IsString } from 'class-validator';
import { Event } from '../../libs/event-store/src/core/index.js';
import { IntegrationEvent, topic } from '../../libs/event-store/src/messaging/index.js';

@Event('order.placed')
export class OrderPlaced {
  constructor(
    readonly customerId: string,
    readonly n: number,
    readonly total: { readonly amountMinor: number; readonly currency: string },
    readonly note: string,
    readonly paid: boolean,
  ) {}
}

/** About 300 bytes of data as JSON, and as much in headers. */
@IntegrationEvent('bench.order.placed.v1')
export class OrderPlacedV1 {
  @IsString() readonly orderId: string;
  @IsInt() readonly amountMinor: number;
  @IsString() readonly currency: string;
  @IsString() readonly note: string;

  constructor(orderId: string, amountMinor: number, currency: string, note: string) {
    this.orderId = orderId;
    this.amountMinor = amountMinor;
    this.currency = currency;
    this.note = note;
  }
}

/** The same messages to two topics: what the relay sends, and what the bare producer sends. */
export const relayed = topic('bench.relayed.v1', [OrderPlacedV1]);
export const bare = topic('bench.bare.v1', [OrderPlacedV1]);
