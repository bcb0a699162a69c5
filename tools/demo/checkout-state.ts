// Reads what the checkout's invariants look at: both contexts' events with their data, and the gateway's ledger.
import { text, type Query, type Row } from '../../libs/event-store/src/testing/invariants/index.js';
import type { CheckoutState, Fact, LedgerEntry } from './checkout-invariants.js';

export interface TimedFact extends Fact {
  /** Time of the append on the database clock, in milliseconds. */
  readonly atMs: number;
}

export interface TimedCheckoutState extends CheckoutState {
  readonly orders: readonly TimedFact[];
  readonly payments: readonly TimedFact[];
}

export async function readCheckoutState(orders: Query, payments: Query): Promise<TimedCheckoutState> {
  return {
    orders: await factsOf(orders, 'order'),
    payments: await factsOf(payments, 'payment'),
    ledger: (await payments(LEDGER)).map(entryOf),
    awaited: new Set((await orders(AWAITED)).map((row) => text(row, 'process_id'))),
  };
}

async function factsOf(query: Query, category: string): Promise<TimedFact[]> {
  const rows = await query(FACTS, [`${category}-`]);
  return rows.map((row) => ({
    orderId: text(row, 'stream').slice(category.length + 1),
    version: Number(text(row, 'version')),
    type: text(row, 'type'),
    data: JSON.parse(text(row, 'data')) as Fact['data'],
    atMs: Number(text(row, 'at_ms')),
  }));
}

function entryOf(row: Row): LedgerEntry {
  const [kind, id] = text(row, 'entry_id').split(':');
  return {
    paymentId: text(row, 'payment_id'),
    kind: kind === 'refund' ? 'refund' : 'capture',
    refundId: kind === 'refund' ? id : undefined,
    amount: { amountMinor: Number(text(row, 'amount_minor')), currency: text(row, 'currency') },
  };
}

const FACTS = `
  SELECT stream, version::text, type, data::text, (extract(epoch FROM occurred_at) * 1000)::text AS at_ms
    FROM event_store.events WHERE starts_with(stream, $1) ORDER BY stream, version`;

const AWAITED = `
  SELECT t.process_id FROM event_store.process_timers t JOIN event_store.processes p ON p.process = t.process AND p.id = t.process_id
   WHERE t.process = 'checkout' AND t.name = 'payment-deadline' AND p.status = 'running' AND t.due_at > clock_timestamp()`;

/** A declined capture moves no money. */
const LEDGER = `
  SELECT entry_id, payment_id::text, amount_minor::text, currency FROM gateway_ledger WHERE outcome <> 'declined' ORDER BY entry_id`;
