// A customer who keeps every receipt: what was acknowledged has to be there in the end, also where the story it belongs to broke off.
import type { Answered, RepeatedRequest } from '../../libs/event-store/src/testing/invariants/index.js';
import { cancelled, placed as placedAs, refunded, shipped, type Acknowledged } from '../demo/acknowledged.js';
import type { Asked } from './findings.js';
import { ShopClient, type Changed, type Line, type SentChange } from '../demo/shop-client.js';

/** Changes that are sent once more at the end, spread over the run. */
const REPEATED = 50;

export class RecordingShop extends ShopClient {
  readonly receipts: Acknowledged[] = [];
  private wanted = 0;
  private readonly placed = new Set<string>();
  private readonly refunds = new Map<string, number>();
  private readonly changes: { readonly change: SentChange; readonly first: Answered }[] = [];

  get asked(): Asked {
    return { orders: this.wanted, acknowledged: this.placed, refunds: this.refunds };
  }

  /** Sends some changes again as they were, key included. Whatever has become of their orders since, the answers have to be the first ones. */
  async repeat(): Promise<RepeatedRequest[]> {
    const step = Math.max(1, Math.floor(this.changes.length / REPEATED));
    const some = this.changes.filter((_change, index) => index % step === 0).slice(0, REPEATED);
    const requests: RepeatedRequest[] = [];
    for (const { change, first } of some) {
      requests.push({ what: change.what, first, again: await change.send() });
    }
    return requests;
  }

  override async place(lines: readonly Line[], note?: string): Promise<{ orderId: string; version: number }> {
    this.wanted += 1;
    const placed = await super.place(lines, note);
    this.placed.add(placed.orderId);
    this.receipts.push(placedAs(placed.orderId, placed, lines));
    return placed;
  }

  override async cancel(orderId: string, reason: string): Promise<Changed> {
    const changed = await super.cancel(orderId, reason);
    this.receipts.push(cancelled(orderId, changed, reason));
    return changed;
  }

  override async ship(orderId: string, carrier: string, trackingNumber: string): Promise<Changed> {
    const changed = await super.ship(orderId, carrier, trackingNumber);
    this.receipts.push(shipped(orderId, changed, carrier, trackingNumber));
    return changed;
  }

  override async refund(paymentId: string, reason: string, amountMinor?: number): Promise<Changed> {
    this.refunds.set(paymentId, (this.refunds.get(paymentId) ?? 0) + 1);
    const changed = await super.refund(paymentId, reason, amountMinor);
    this.receipts.push(refunded(paymentId, changed, reason, amountMinor));
    return changed;
  }

  protected override heard(change: SentChange, first: Answered): void {
    this.changes.push({ change, first });
  }
}
