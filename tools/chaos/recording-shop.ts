// A customer who keeps every receipt: what was acknowledged has to be there in the end, also where the story it belongs to broke off.
import type { Acknowledged } from '../demo/scenarios.js';
import { ShopClient, type Changed, type Line } from '../demo/shop-client.js';

export class RecordingShop extends ShopClient {
  readonly receipts: Acknowledged[] = [];
  /** Orders somebody wanted. There may be fewer, where nobody answered; never more, however often each was sent. */
  wanted = 0;

  override async place(lines: readonly Line[], note?: string): Promise<{ orderId: string; version: number }> {
    this.wanted += 1;
    const placed = await super.place(lines, note);
    this.keep('order-service', `order-${placed.orderId}`, placed);
    return placed;
  }

  override async cancel(orderId: string, reason: string): Promise<Changed> {
    return this.keep('order-service', `order-${orderId}`, await super.cancel(orderId, reason));
  }

  override async ship(orderId: string, carrier: string, trackingNumber: string): Promise<Changed> {
    return this.keep('order-service', `order-${orderId}`, await super.ship(orderId, carrier, trackingNumber));
  }

  override async refund(paymentId: string, reason: string, amountMinor?: number): Promise<Changed> {
    return this.keep('payment-service', `payment-${paymentId}`, await super.refund(paymentId, reason, amountMinor));
  }

  private keep(service: Acknowledged['service'], stream: string, changed: Changed): Changed {
    this.receipts.push({ service, stream, version: changed.version });
    return changed;
  }
}
