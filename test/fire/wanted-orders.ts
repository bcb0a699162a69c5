// I10 under fire: each request is an effect once, however often it was sent while things broke. What customers and operators got a yes for is
// sent once more at rest, and each order that was placed has to be one that somebody wanted, by its key.
import { deterministicId } from '../../libs/event-store/src/core/index.js';
import {
  checkRepeats,
  Findings,
  type Answered,
  type RepeatedRequest,
  type Violation,
} from '../../libs/event-store/src/testing/invariants/index.js';
import { ShopClient, type Line, type SentChange, type ShopClientOptions } from '../../tools/demo/shop-client.js';

/** Of repeats. */
const AT_A_TIME = 6;

/** The order that `POST /orders` of the caller with this Idempotency-Key places, whether or not anybody has heard of it. */
export function orderOf(caller: string, key: string): string {
  return deterministicId('order', deterministicId('http', caller, 'POST /orders', key));
}

export class WantedOrders {
  private readonly changes: { readonly change: SentChange; readonly first: Answered }[] = [];
  private readonly orders = new Set<string>();
  private readonly shared = new Findings('I10');

  /** A client whose requests count. */
  shop(options: ShopClientOptions): ShopClient {
    return new HeardShop(options, this);
  }

  /** Asked for in another way. It may be placed, and need not be. */
  want(orderId: string): void {
    this.orders.add(orderId);
  }

  /** Each key got an order of its own. */
  placed(orderId: string): void {
    if (this.orders.has(orderId)) this.shared.add('lost', `order ${orderId} was the answer to two keys.`);
    this.orders.add(orderId);
  }

  heard(change: SentChange, first: Answered): void {
    this.changes.push({ change, first });
  }

  /** Sends each change since the last call again as it was, key included. */
  async repeat(): Promise<RepeatedRequest[]> {
    const again: RepeatedRequest[] = [];
    const customer = async (): Promise<void> => {
      for (let next = this.changes.shift(); next; next = this.changes.shift()) {
        const { change, first } = next;
        again.push({ what: change.what, first, again: await change.send() });
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, customer));
    return again;
  }

  /** `placed`: ids of all orders there are after {@link repeat}. */
  violations(repeated: readonly RepeatedRequest[], placed: readonly string[]): Violation[] {
    const unwanted = new Findings('I10');
    for (const orderId of placed)
      if (!this.orders.has(orderId))
        unwanted.add('duplicated', `order ${orderId} was placed, and by no key of anybody.`);
    return [...checkRepeats(repeated), ...this.shared.found, ...unwanted.found];
  }
}

class HeardShop extends ShopClient {
  constructor(
    options: ShopClientOptions,
    private readonly wanted: WantedOrders,
  ) {
    super(options);
  }

  override async place(lines: readonly Line[], note?: string) {
    const placed = await super.place(lines, note);
    this.wanted.placed(placed.orderId);
    return placed;
  }

  protected override heard(change: SentChange, first: Answered): void {
    this.wanted.heard(change, first);
  }
}
