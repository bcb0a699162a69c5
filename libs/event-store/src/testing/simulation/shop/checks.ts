// What must have come of a run of the simulated shop: I5 for effects, I6 legal ends, I7 money, I8 read model, and compensation in reverse order.
import type { StoredEvent } from '../../../core/index.js';
import { toStoredEvents } from '../memory-state.js';
import { Findings, groupBy, type Violation } from '../../invariants/index.js';
import type { MemoryDatabase } from '../../../memory/index.js';
import type { EndOfRun } from '../workload.js';
import type { Gateway } from './charge.js';
import { ITEMS } from './checkout.process.js';
import { boardIn, typesOf } from './contexts.js';
import { chargesTopic, salesTopic } from './messages.js';
import { notesIn } from './notes.js';

export function checkShop({ databases }: EndOfRun, gateway: Gateway, watched: ReadonlySet<string>): Violation[] {
  const sales = databases.get('sales')!;
  const bank = databases.get('bank')!;
  const saleEvents = toStoredEvents(sales);
  const chargeEvents = toStoredEvents(bank);
  const streams = groupBy([...saleEvents, ...chargeEvents], ({ stream }) => stream);
  const saleIds = [...streams.keys()].filter((stream) => stream.startsWith('sale-')).map((stream) => stream.slice(5));
  return [
    ...(watched.has('sales-notes') ? checkNotes(sales, 'sales-notes', typesOf(chargesTopic.events)) : []),
    ...(watched.has('bank-notes') ? checkNotes(bank, 'bank-notes', typesOf(salesTopic.events)) : []),
    ...saleIds.flatMap((saleId) => checkSale(saleId, streams, gateway, sales)),
    ...checkBooks(streams, gateway),
    ...(watched.has('board@v1') ? checkBoard(sales, saleIds, streams) : []),
  ];
}

function checkNotes(database: MemoryDatabase, name: string, types: ReadonlySet<string>): Violation[] {
  const once = new Findings('I5');
  const order = new Findings('I3');
  const rows = database.logs.inbound.settledAfter(0n, Number.MAX_SAFE_INTEGER).filter(({ type }) => types.has(type));
  const noted = new Map(
    notesIn(database, name)
      .all()
      .map(({ key, notes }) => [key, notes]),
  );
  for (const [key, records] of groupBy(rows, (row) => row.key)) {
    const notes = noted.get(key) ?? [];
    for (const { id, type } of records) {
      const times = notes.filter((note) => note.id === id).length;
      if (times === 0) once.add('lost', `${name} has no effect of ${type} ${id} of ${key}.`);
      if (times > 1) once.add('duplicated', `${name} has ${times} effects of ${type} ${id} of ${key}.`);
    }
    const isOrdered = notes.every(({ position }, index) => index === 0 || notes[index - 1]!.position <= position);
    if (!isOrdered)
      order.add('reordered', `${name} handled ${key} at positions ${notes.map((note) => note.position).join(', ')}.`);
  }
  return [...once.found, ...order.found];
}

type Streams = ReadonlyMap<string, readonly StoredEvent[]>;

function checkSale(saleId: string, streams: Streams, gateway: Gateway, database: MemoryDatabase): Violation[] {
  const ends = new Findings('I6');
  const typesIn = (category: string): string[] => (streams.get(`${category}-${saleId}`) ?? []).map(({ type }) => type);
  const sale = typesIn('sale').join(' ');
  if (!['sale.made sale.confirmed', 'sale.made sale.cancelled'].includes(sale))
    ends.add(sale === 'sale.made' ? 'unfinished' : 'wrong', `sale ${saleId} went ${sale}.`);
  const isConfirmed = sale.endsWith('sale.confirmed');
  const charge = typesIn('charge').join(' ');
  const legal = isConfirmed
    ? ['charge.opened charge.captured']
    : ['charge.opened charge.failed', 'charge.opened charge.captured charge.refunded'];
  if (!legal.includes(charge)) ends.add('wrong', `charge ${saleId} went ${charge || 'nowhere'}, and its sale ${sale}.`);
  const outcomes = (charge.match(/captured|failed/g) ?? []).length;
  if (outcomes !== 1)
    ends.add(outcomes === 0 ? 'lost' : 'duplicated', `sale ${saleId} has ${outcomes} payment outcomes.`);
  const atGateway = (gateway.captured.get(saleId) ?? 0) - (gateway.refunded.get(saleId) ?? 0);
  const made = streams.get(`sale-${saleId}`)![0]!.data as { amountMinor: number };
  const money = new Findings('I7');
  const owed = isConfirmed ? made.amountMinor : 0;
  if (atGateway !== owed) money.add('wrong', `the gateway holds ${atGateway} for sale ${saleId}, which owes ${owed}.`);
  const process = database.processes.get(undefined, JSON.stringify(['checkout', saleId]));
  const status = process && (JSON.parse(process) as { status: string }).status;
  if (status !== 'completed')
    ends.add('unfinished', `the checkout of ${saleId} is ${status}, though its sale is over.`);
  return [...ends.found, ...money.found, ...checkShelf(saleId, streams, isConfirmed)];
}

/** Taken back is what was done, the last first. */
function checkShelf(saleId: string, streams: Streams, isConfirmed: boolean): Violation[] {
  const findings = new Findings('compensation');
  const shelf = streams.get(`shelf-${saleId}`) ?? [];
  const of = (type: string): string =>
    shelf.flatMap((event) => (event.type === type ? [(event.data as { item: number }).item] : [])).join(' ');
  const reserved = of('item.reserved');
  const released = of('item.released');
  if (reserved !== ITEMS.join(' ')) findings.add('wrong', `of sale ${saleId} the items ${reserved} were reserved.`);
  const expected = isConfirmed ? '' : ITEMS.toReversed().join(' ');
  if (released !== expected)
    findings.add('wrong', `of sale ${saleId} the items "${released}" were released, expected "${expected}".`);
  return findings.found;
}

function checkBooks(streams: Streams, gateway: Gateway): Violation[] {
  const findings = new Findings('I7');
  const booked = (type: string): Map<string, number> =>
    new Map(
      [...streams].flatMap(([stream, events]) =>
        events.flatMap((event) =>
          event.type === type ? [[stream.slice(7), (event.data as { amountMinor: number }).amountMinor] as const] : [],
        ),
      ),
    );
  const compare = (kind: string, events: ReadonlyMap<string, number>, ledger: ReadonlyMap<string, number>): void => {
    for (const id of new Set([...events.keys(), ...ledger.keys()]))
      if (events.get(id) !== ledger.get(id))
        findings.add(
          'wrong',
          `${kind} of ${id}: ${events.get(id)} by our events, ${ledger.get(id)} by the gateway's book.`,
        );
  };
  compare('capture', booked('charge.captured'), gateway.captured);
  compare('refund', booked('charge.refunded'), gateway.refunded);
  return findings.found;
}

/** I8: built anew from the events it is the same. */
function checkBoard(database: MemoryDatabase, saleIds: readonly string[], streams: Streams): Violation[] {
  const findings = new Findings('I8');
  for (const saleId of saleIds) {
    const { type, version } = streams.get(`sale-${saleId}`)!.at(-1)!;
    const row = boardIn(database).get(saleId);
    if (`sale.${row?.status}` !== type || row?.version !== version)
      findings.add(
        'wrong',
        `the board shows sale ${saleId} as ${row?.status} at ${row?.version}, it is ${type} at ${version}.`,
      );
  }
  return findings.found;
}
