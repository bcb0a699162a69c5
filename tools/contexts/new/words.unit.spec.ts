import { describe, expect, it } from 'vitest';
import { isNamedByTemplate, substitute } from './substitute.js';
import { tidyImports } from './tidy-imports.js';
import { articleOf, defaultAggregate, namesOf, pluralOf, singularOf } from './words.js';

describe('the spellings of a name', () => {
  it('are those of code, SQL, URLs and sentences, and of the plural as well', () => {
    const { context, aggregate, aggregates } = namesOf('returns-desk', 'return_case');
    expect(context).toMatchObject({ kebab: 'returns-desk', pascal: 'ReturnsDesk', constant: 'RETURNS_DESK' });
    expect(aggregate).toEqual({
      kebab: 'return-case',
      snake: 'return_case',
      pascal: 'ReturnCase',
      camel: 'returnCase',
      constant: 'RETURN_CASE',
      spaced: 'return case',
      sentence: 'Return case',
    });
    expect(aggregates.camel).toBe('returnCases');
  });

  it.each([
    ['shipment', 'shipments'],
    ['category', 'categories'],
    ['day', 'days'],
    ['box', 'boxes'],
    ['batch', 'batches'],
    ['address', 'addresses'],
  ])('the plural of %s is %s, and back', (one, many) => {
    expect(pluralOf(one)).toBe(many);
    expect(singularOf(many)).toBe(one);
  });

  it.each([
    ['shipping', 'shipping'],
    ['orders', 'order'],
    ['returns-desk', 'returns_desk'],
    ['status', 'status'],
    ['basis', 'basis'],
    ['stock-entries', 'stock_entry'],
  ])('the aggregate of the context %s is %s, where nobody names one', (context, aggregate) => {
    expect(defaultAggregate(context)).toBe(aggregate);
  });

  it.each([
    ['order', 'an'],
    ['shipment', 'a'],
    ['invoice', 'an'],
    ['unit', 'a'],
  ])('%s has the article %s', (word, article) => expect(articleOf(word)).toBe(article));
});

describe('substitution', () => {
  const names = namesOf('invoicing', 'invoice_entry');

  it('replaces every spelling, the plural too', () => {
    expect(substitute('/crate-loads/:id CrateLoadsController crateLoads CRATE_LOAD_STATUSES crate_load-', names)).toBe(
      '/invoice-entries/:id InvoiceEntriesController invoiceEntries INVOICE_ENTRY_STATUSES invoice_entry-',
    );
    expect(substitute('freight_depot_service freightDepotEvents FREIGHT_DEPOT_CLOSE_AFTER_MS', names)).toBe(
      'invoicing_service invoicingEvents INVOICING_CLOSE_AFTER_MS',
    );
  });

  it('mends the article before it, and leaves a letter alone that is none', () => {
    expect(substitute('A crate load is a crate load. beta crate load', names)).toBe(
      'An invoice entry is an invoice entry. beta invoice entry',
    );
  });

  it('leaves nothing of the template', () => {
    expect(isNamedByTemplate(substitute('The CrateLoad of the freight depot', names))).toBe(false);
    expect(isNamedByTemplate('crateLoadId')).toBe(true);
  });
});

describe('imports', () => {
  it('are put back in order under new names: values before types, own files by path', () => {
    const untidy = `// Why.
import { b, type T, A } from '@app/x';
import { z } from './z/z.js';
import {
  two,
  One,
} from '../../one.js';
import type { Y } from './a.js';

const after = 1;
`;
    expect(tidyImports(untidy)).toBe(`// Why.
import { A, b, type T } from '@app/x';
import { One, two } from '../../one.js';
import type { Y } from './a.js';
import { z } from './z/z.js';

const after = 1;
`);
  });
});
