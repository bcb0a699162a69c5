// Money for a sale: captured or failed once, and given back when the sale is cancelled. The gateway outside keeps a book of its own.
import { Aggregate, Event, EventSourcedAggregate, When } from '../../../core/index.js';

@Event('charge.opened')
export class ChargeOpened {
  constructor(readonly amountMinor: number) {}
}

@Event('charge.captured')
export class ChargeCaptured {
  constructor(readonly amountMinor: number) {}
}

@Event('charge.failed')
export class ChargeFailed {}

@Event('charge.refunded')
export class ChargeRefunded {
  constructor(readonly amountMinor: number) {}
}

export class OpenCharge {
  constructor(
    readonly saleId: string,
    readonly amountMinor: number,
  ) {}
}

export class Capture {
  constructor(readonly saleId: string) {}
}

export class GiveBack {
  constructor(readonly saleId: string) {}
}

interface ChargeState {
  readonly status: 'none' | 'opened' | 'captured' | 'failed' | 'refunded';
  readonly amountMinor: number;
}

@Aggregate('charge')
export class Charge extends EventSourcedAggregate<ChargeState> {
  state: ChargeState = { status: 'none', amountMinor: 0 };

  open(amountMinor: number): void {
    this.raise(new ChargeOpened(amountMinor));
  }

  settle(isPaid: boolean): void {
    if (this.state.status !== 'opened') return;
    this.raise(isPaid ? new ChargeCaptured(this.state.amountMinor) : new ChargeFailed());
  }

  giveBack(): void {
    if (this.state.status === 'captured') this.raise(new ChargeRefunded(this.state.amountMinor));
  }

  @When(ChargeOpened)
  protected opened({ amountMinor }: ChargeOpened): void {
    this.state = { status: 'opened', amountMinor };
  }

  @When(ChargeCaptured)
  protected captured(): void {
    this.state = { ...this.state, status: 'captured' };
  }

  @When(ChargeFailed)
  protected failed(): void {
    this.state = { ...this.state, status: 'failed' };
  }

  @When(ChargeRefunded)
  protected refunded(): void {
    this.state = { ...this.state, status: 'refunded' };
  }
}

/** Outside: survives everything, and knows a payment by its id, so that asking again changes nothing. */
export class Gateway {
  readonly captured = new Map<string, number>();
  readonly refunded = new Map<string, number>();

  /** Amounts that end in 13 are declined. */
  capture(id: string, amountMinor: number): boolean {
    if (amountMinor % 100 === 13) return false;
    this.captured.set(id, amountMinor);
    return true;
  }

  refund(id: string, amountMinor: number): void {
    this.refunded.set(id, amountMinor);
  }
}
