// What the operations load of a context without Nest is compared with what its module says, for every context there is.
import { describe, expect, it } from 'vitest';
import { Feature } from '../../libs/event-store/src/nest/feature.js';
import { MIGRATIONS_TABLE as platformTable } from '../../libs/platform/src/database/data-source.js';
import { contexts } from '../contexts/registry.js';
import { contextOfDatabase, factsOf, MIGRATIONS_TABLE, migrationsOf, storeMigrations } from './contexts.js';

interface ImportedModule {
  readonly providers?: readonly { readonly useValue?: unknown }[];
}

describe.each(contexts())('$service', ({ name, service, database }) => {
  it('consumes and has retired what its module says, and the migrations that it starts with', async () => {
    const file = new URL(`../../apps/${service}/src/${name}.module.ts`, import.meta.url);
    const [module] = Object.values((await import(/* @vite-ignore */ file.href)) as Record<string, object>);
    const imports = Reflect.getMetadata('imports', module!) as readonly ImportedModule[];
    const features = imports.flatMap(({ providers = [] }) =>
      providers.flatMap(({ useValue }) => (useValue instanceof Feature ? [useValue.options] : [])),
    );
    expect(features.length).toBeGreaterThan(0);
    const facts = await factsOf(service);
    expect(facts.consumes).toEqual(features.flatMap(({ consumes = [] }) => consumes));
    expect(facts.retired).toEqual(features.flatMap(({ retired = [] }) => retired));
    expect(await migrationsOf(service)).toEqual([...storeMigrations, ...facts.migrations.map((one) => one.name)]);
  });

  it('is known by the name of its database', () => {
    expect(contextOfDatabase(database)).toBe(service);
  });
});

it('a database of another repository is called as it is, and has the migrations of the event store only', async () => {
  expect(contextOfDatabase('somebody_else')).toBe('somebody_else');
  expect(await migrationsOf('somebody_else')).toEqual(storeMigrations);
});

it('the table of migrations is the one the platform writes', () => {
  expect(MIGRATIONS_TABLE).toBe(platformTable);
});
