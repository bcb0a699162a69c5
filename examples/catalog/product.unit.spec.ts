import { given } from '@app/event-store/testing';
import { describe, it } from 'vitest';
import { PriceChanged, ProductListed } from './product.events.js';
import { Product, ReasonMissing } from './product.js';

const listed = new ProductListed('Mug', 1250);

describe('a product', () => {
  it('costs what it was listed at', () =>
    given(Product)
      .when((product) => product.list('Mug', 1250))
      .then(listed)
      .thenState({ cents: 1250 }));

  it('changes its price and remembers the reason', () =>
    given(Product, listed)
      .when((product) => product.changePrice(990, 'winter sale'))
      .then(new PriceChanged(990, 'winter sale'))
      .thenState({ cents: 990 }));

  it('keeps its price when no reason is given', () =>
    given(Product, listed)
      .when((product) => product.changePrice(990, '  '))
      .thenRejected(ReasonMissing));
});
