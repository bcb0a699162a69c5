// What the operations know about the contexts is written down once more, so it is compared with what the contexts say themselves.
import { describe, expect, it } from 'vitest';
import { Feature } from '../../libs/event-store/src/nest/feature.js';
import { OrderModule } from '../../apps/order-service/src/order.module.js';
import { PaymentModule } from '../../apps/payment-service/src/payment.module.js';
import { MIGRATIONS_TABLE as platformTable } from '../../libs/platform/src/database/data-source.js';
import {
  consumedBy,
  contextOfDatabase,
  contextNames,
  databaseOfContext,
  MIGRATIONS_TABLE,
  retiredIn,
} from './contexts.js';

interface ImportedModule {
  readonly providers?: readonly { readonly useValue?: unknown }[];
}

const modules = { 'order-service': OrderModule, 'payment-service': PaymentModule };

describe.each(Object.entries(modules))('%s', (name, module) => {
  const imports = Reflect.getMetadata('imports', module) as readonly ImportedModule[];
  const features = imports.flatMap(({ providers = [] }) =>
    providers.flatMap(({ useValue }) => (useValue instanceof Feature ? [useValue.options] : [])),
  );

  it('consumes and has retired what its module says', () => {
    expect(features.length).toBeGreaterThan(0);
    expect(consumedBy(name)).toEqual(features.flatMap(({ consumes = [] }) => consumes));
    expect(retiredIn(name)).toEqual(features.flatMap(({ retired = [] }) => retired));
  });

  it('is known by the name of its database', () => {
    expect(contextOfDatabase(databaseOfContext(name))).toBe(name);
  });
});

it('all contexts are known, and the table of migrations is the one the platform writes', () => {
  expect(contextNames).toEqual(Object.keys(modules));
  expect(MIGRATIONS_TABLE).toBe(platformTable);
});
