// A sale: made, then confirmed once it is paid, or cancelled. And the shelf, where its items are set aside one after the other.
import { Aggregate, DomainError, Event, EventSourcedAggregate, every, When } from '../../../core/index.js';

@Event('sale.made')
export class SaleMade {
  constructor(
    readonly amountMinor: number,
    readonly deadlineMs: number,
  ) {}
}

@Event('sale.confirmed')
export class SaleConfirmed {}

@Event('sale.cancelled')
export class SaleCancelled {
  constructor(readonly reason: string) {}
}

export class SaleIsOver extends DomainError {
  readonly code = 'SIM-SALE-OVER';
}

interface SaleState {
  readonly status: 'none' | 'made' | 'confirmed' | 'cancelled';
}

@Aggregate('sale', { snapshot: every(1) })
export class Sale extends EventSourcedAggregate<SaleState> {
  state: SaleState = { status: 'none' };

  make(amountMinor: number, deadlineMs: number): void {
    this.raise(new SaleMade(amountMinor, deadlineMs));
  }

  confirm(): void {
    if (this.state.status !== 'made') throw new SaleIsOver(`It is ${this.state.status}.`);
    this.raise(new SaleConfirmed());
  }

  cancel(reason: string): void {
    if (this.state.status === 'cancelled') return;
    if (this.state.status !== 'made') throw new SaleIsOver(`It is ${this.state.status}.`);
    this.raise(new SaleCancelled(reason));
  }

  @When(SaleMade)
  protected made(): void {
    this.state = { status: 'made' };
  }

  @When(SaleConfirmed)
  protected confirmed(): void {
    this.state = { status: 'confirmed' };
  }

  @When(SaleCancelled)
  protected cancelled(): void {
    this.state = { status: 'cancelled' };
  }
}

@Event('item.reserved')
export class ItemReserved {
  constructor(readonly item: number) {}
}

@Event('item.released')
export class ItemReleased {
  constructor(readonly item: number) {}
}

@Aggregate('shelf')
export class Shelf extends EventSourcedAggregate<{ readonly reserved: readonly number[] }> {
  state: { readonly reserved: readonly number[] } = { reserved: [] };

  reserve(item: number): void {
    this.raise(new ItemReserved(item));
  }

  /** Nothing to do where nothing was reserved: the command that undoes must cope. */
  release(item: number): void {
    if (this.state.reserved.includes(item)) this.raise(new ItemReleased(item));
  }

  @When(ItemReserved)
  protected reserved({ item }: ItemReserved): void {
    this.state = { reserved: [...this.state.reserved, item] };
  }

  @When(ItemReleased)
  protected released({ item }: ItemReleased): void {
    this.state = { reserved: this.state.reserved.filter((one) => one !== item) };
  }
}
