// What can happen to a product. Prices are whole cents; who did it and when is recorded with every event, outside of its data.
import { Event } from '@app/event-store/core';

@Event('product.listed')
export class ProductListed {
  constructor(
    readonly name: string,
    readonly cents: number,
  ) {}
}

@Event('product.price-changed')
export class PriceChanged {
  constructor(
    readonly cents: number,
    readonly reason: string,
  ) {}
}
