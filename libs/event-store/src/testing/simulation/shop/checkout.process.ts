// From a sale that was made to one that is confirmed or cancelled: items are set aside, money is waited for, and taken back is what was done in vain.
import { OnRejection, OnTimer, Process, ProcessManager, StartsWith } from '../../../processes/index.js';
import { On } from '../../../subscriptions/index.js';
import { ChargeCapturedV1, ChargeFailedV1 } from './messages.js';
import { SaleCancelled, SaleConfirmed, SaleMade } from './sale.js';

export class MakeSale {
  constructor(
    readonly saleId: string,
    readonly amountMinor: number,
    readonly deadlineMs: number,
  ) {}
}

export class ConfirmSale {
  constructor(readonly saleId: string) {}
}

export class CancelSale {
  constructor(
    readonly saleId: string,
    readonly reason: string,
  ) {}
}

export class ReserveItem {
  constructor(
    readonly saleId: string,
    readonly item: number,
  ) {}
}

export class ReleaseItem {
  constructor(
    readonly saleId: string,
    readonly item: number,
  ) {}
}

interface CheckoutState {
  readonly refused: number;
}

export const ITEMS = [1, 2];

@ProcessManager('checkout')
export class Checkout extends Process<CheckoutState> {
  state: CheckoutState = { refused: 0 };

  @StartsWith(SaleMade)
  made({ deadlineMs }: SaleMade): void {
    for (const item of ITEMS) this.send(new ReserveItem(this.id, item), { undo: new ReleaseItem(this.id, item) });
    this.wake('deadline', { afterMs: deadlineMs });
  }

  @On(ChargeCapturedV1)
  captured(): void {
    this.send(new ConfirmSale(this.id));
  }

  @On(ChargeFailedV1)
  failed(): void {
    this.send(new CancelSale(this.id, 'declined'));
  }

  @OnTimer('deadline')
  late(): void {
    this.send(new CancelSale(this.id, 'late'));
  }

  @On(SaleConfirmed)
  confirmed(): void {
    this.complete();
  }

  @On(SaleCancelled)
  cancelled({ reason }: SaleCancelled): void {
    this.compensate(reason);
    this.complete();
  }

  /** The sale was over: the event that says so is on its way. */
  @OnRejection(ConfirmSale)
  refused(): void {
    this.state = { refused: this.state.refused + 1 };
  }
}
