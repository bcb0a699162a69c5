// A product of the catalogue: a price never changes without a reason.
import { Aggregate, DomainError, EventSourcedAggregate, When } from '@app/event-store/core';
import { PriceChanged, ProductListed } from './product.events.js';

export class ReasonMissing extends DomainError {
  readonly code = 'REASON_MISSING';
  override readonly kind = 'invalid';

  constructor() {
    super('A new price needs a reason, and none was given. Say why it changes.');
  }
}

@Aggregate('product')
export class Product extends EventSourcedAggregate<{ cents: number }> {
  state = { cents: 0 };

  list(name: string, cents: number): void {
    this.raise(new ProductListed(name, cents));
  }

  changePrice(cents: number, reason: string): void {
    if (reason.trim() === '') throw new ReasonMissing();
    this.raise(new PriceChanged(cents, reason));
  }

  @When(ProductListed)
  protected listed({ cents }: ProductListed): void {
    this.state = { cents };
  }

  @When(PriceChanged)
  protected priceChanged({ cents }: PriceChanged): void {
    this.state = { cents };
  }
}
