// What the shop sells and for how much: prices come from here, never from the client.
import type { Money } from '@app/kernel';

export const PRICE_LIST = Symbol('PriceList');

export interface Product {
  readonly name: string;
  readonly unitPrice: Money;
}

export interface PriceList {
  /** By sku; those without a price in `currency` are missing in the answer. */
  find(skus: readonly string[], currency: string): Promise<ReadonlyMap<string, Product>>;
}
