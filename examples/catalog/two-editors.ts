// Two editors load the same product and save one after the other: what a row does with that, and what a stream of events does.
import { WrongExpectedVersionError } from '@app/event-store/core';
import { as, price } from './people.js';
import type { CatalogDatabase } from './postgres/open-database.js';
import type { ProductTable } from './product-row.js';

const START = 2000;
const tenPercentMore = (cents: number): number => cents + cents / 10;
const oneLess = (cents: number): number => cents - 100;

export async function twoEditors(database: CatalogDatabase, table: ProductTable): Promise<string[]> {
  return [
    `Two editors at once. A jug costs ${price(START)}; Ana adds 10 %, Ben takes 1.00 off. Both load it first.`,
    ...(await onTheRow(table)),
    ...(await refused(database)),
    ...(await retried(database)),
    '',
    'A version column would refuse Ben on the row too, and a history table would remember. Each has to',
    'be built for every table, and never forgotten. Events bring both along.',
  ];
}

/** What an ordinary application does: it reads in one request and writes in a later one. */
async function onTheRow(table: ProductTable): Promise<string[]> {
  await table.insert({ id: 'jug', name: 'Jug', cents: START });
  const anas = await table.read('jug');
  const bens = await table.read('jug');
  await table.save({ ...anas, cents: tenPercentMore(anas.cents) });
  const between = await table.read('jug');
  await table.save({ ...bens, cents: oneLess(bens.cents) });
  const after = await table.read('jug');
  return [
    '  CRUD, UPDATE',
    `    Ana saves ${price(between.cents)}: stored`,
    `    Ben saves ${price(after.cents)}: stored`,
    `    In the end ${price(after.cents)}: Ana's edit is lost, and nobody was told.`,
  ];
}

/** A save names the version that was loaded. */
async function refused({ products }: CatalogDatabase): Promise<string[]> {
  await as('ana', () => products.create('jug', (jug) => jug.list('Jug', START)));
  const anas = await products.load('jug');
  const bens = await products.load('jug');
  anas.changePrice(tenPercentMore(anas.state.cents), 'new glaze');
  bens.changePrice(oneLess(bens.state.cents), 'old stock');
  const { version } = await as('ana', () => products.save(anas));
  const refusal = await as('ben', () => products.save(bens)).then(
    () => 'stored: this must not happen',
    (error: unknown) => {
      if (error instanceof WrongExpectedVersionError) return error.message;
      throw error;
    },
  );
  const after = await products.load('jug');
  return [
    '  Events, save(): stored only where the product is still at the version that was loaded',
    `    Ana saves ${price(anas.state.cents)}: stored as version ${version}`,
    `    Ben saves ${price(bens.state.cents)}: refused`,
    `      ${refusal}`,
    `    In the end ${price(after.state.cents)}: Ben knows, looks at the new price and decides again.`,
  ];
}

/** The library makes the decision again, on what is there by then. */
async function retried({ products }: CatalogDatabase): Promise<string[]> {
  await as('ana', () => products.create('jug-2', (jug) => jug.list('Jug', START)));
  const anaIsFaster = async (): Promise<string> => {
    const { version } = await as('ana', () =>
      products.update('jug-2', (jug) => jug.changePrice(tenPercentMore(jug.state.cents), 'new glaze')),
    );
    return `    Ana is faster and stores version ${version}; his decision is not stored, but made again`;
  };
  const said: string[] = [];
  await as('ben', () =>
    products.update('jug-2', async (jug) => {
      const { cents } = jug.state;
      said.push(`    Ben decides on version ${jug.version}: ${price(cents)} becomes ${price(oneLess(cents))}`);
      if (said.length === 1) said.push(await anaIsFaster());
      jug.changePrice(oneLess(cents), 'old stock');
    }),
  );
  const after = await products.load('jug-2');
  return [
    '  Events, update(): a decision that comes too late is made again on fresh state',
    ...said,
    `    In the end ${price(after.state.cents)}, version ${after.version}: both edits count.`,
  ];
}
