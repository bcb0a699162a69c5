// The same changes to a row and to a product made of events; then, a year later, five questions to both.
import { as, price } from './people.js';
import type { PriceChanged } from './product.events.js';
import type { CatalogDatabase } from './postgres/open-database.js';
import type { ProductTable } from './product-row.js';

const LISTED = { on: '2025-03-03', who: 'ana', cents: 1250, why: 'listed' };
const CHANGES = [
  { on: '2025-06-16', who: 'ben', cents: 1390, why: 'supplier raised prices' },
  { on: '2025-10-27', who: 'ana', cents: 990, why: 'winter sale' },
  { on: '2026-01-05', who: 'ben', cents: 1420, why: 'the sale is over' },
];
const A_YEAR_LATER = '2027-01-05';
const SOME_DAY = '2025-12-01';
const NO_ANSWER = 'no answer';

const noonOf = (day: string): Date => new Date(`${day}T12:00:00Z`);
const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

export async function aYearLater(database: CatalogDatabase, table: ProductTable): Promise<string[]> {
  await changeBoth(database, table);
  await database.setTime(noonOf(A_YEAR_LATER));
  return [
    'The same four changes are made to both:',
    ...[LISTED, ...CHANGES].map(({ on, who, cents, why }) => `  ${on}  ${who}  ${price(cents).padStart(5)}  ${why}`),
    '',
    'What is stored after them:',
    ...(await whatIsStored(database, table)),
    '',
    `Asked a year later, on ${A_YEAR_LATER}:`.padEnd(42) + 'CRUD'.padEnd(16) + 'Events',
    ...(await answers(database, table)),
    '',
    'CRUD answers the first question only: UPDATE wrote over the rest, and no query brings it back.',
    'Columns can be added today, and know about changes from today on. The events know all of them.',
  ];
}

async function changeBoth(database: CatalogDatabase, table: ProductTable): Promise<void> {
  const { products } = database;
  await database.setTime(noonOf(LISTED.on));
  await table.insert({ id: 'mug', name: 'Mug', cents: LISTED.cents });
  await as(LISTED.who, () => products.create('mug', (mug) => mug.list('Mug', LISTED.cents)));
  for (const { on, who, cents, why } of CHANGES) {
    await database.setTime(noonOf(on));
    await table.save({ ...(await table.read('mug')), cents });
    await as(who, () => products.update('mug', (mug) => mug.changePrice(cents, why)));
  }
}

async function whatIsStored({ products }: CatalogDatabase, table: ProductTable): Promise<string[]> {
  const row = `  CRUD    ${JSON.stringify(await table.read('mug'))}`;
  const events = (await products.history('mug')).map(
    ({ version, occurredAt, metadata, type, data }) =>
      `${version} ${dayOf(occurredAt)} ${metadata.actor} ${type.padEnd(21)} ${JSON.stringify(data)}`,
  );
  return [row, ...events.map((line, index) => `  ${index === 0 ? 'Events' : '      '}  ${line}`)];
}

async function answers({ products }: CatalogDatabase, table: ProductTable): Promise<string[]> {
  const row = await table.read('mug');
  const now = await products.load('mug');
  const before = await products.loadAt('mug', now.version - 1);
  const then = await products.loadAt('mug', noonOf(SOME_DAY));
  const [lastEvent] = (await products.history('mug')).slice(-1);
  const { reason } = lastEvent!.data as PriceChanged;
  return [
    ['What is the price?', price(row.cents), price(now.state.cents)],
    ['What was it before?', NO_ANSWER, price(before.state.cents)],
    ['Who changed it?', NO_ANSWER, lastEvent!.metadata.actor],
    ['Why?', NO_ANSWER, reason],
    [`What was it on ${SOME_DAY}?`, NO_ANSWER, price(then.state.cents)],
  ].map(([question, crud, events]) => `  ${question!.padEnd(40)}${crud!.padEnd(16)}${events}`);
}
