// What a run of the demo comes to: the numbers, as a table for people and as one line of JSON for programs.
import { groupBy, type Damage, type Violation } from '../../libs/event-store/src/testing/invariants/index.js';
import type { TimedCheckoutState, TimedFact } from './checkout-state.js';
import { formatTable } from '../text/table.js';

export interface Summary {
  readonly broker: string;
  readonly orders: number;
  /** Orders that were ever confirmed. */
  readonly confirmed: number;
  /** Orders that ended so. */
  readonly cancelled: number;
  /** Of those cancelled, the ones nobody paid in time. */
  readonly timedOut: number;
  readonly shipped: number;
  /** Payments with at least one refund. */
  readonly refunded: number;
  readonly eventsAppended: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly violations: readonly string[];
  /** Milliseconds on the database clock; null when nothing was confirmed. */
  readonly placedToConfirmedMs: { readonly p50: number | null; readonly p99: number | null };
}

export function summarize(
  broker: string,
  state: TimedCheckoutState,
  eventsAppended: number,
  violations: readonly Violation[],
): Summary {
  const orders = [...groupBy(state.orders, ({ orderId }) => orderId).values()];
  const payments = [...groupBy(state.payments, ({ orderId }) => orderId).values()];
  const ended = (type: string): number => orders.filter((facts) => facts.at(-1)!.type === type).length;
  const damaged = (damage: Damage): number => violations.filter((violation) => violation.damage === damage).length;
  const waits = orders.flatMap((facts) => waitOf(facts) ?? []).sort((a, b) => a - b);
  return {
    broker,
    orders: orders.length,
    confirmed: waits.length,
    cancelled: ended('order.cancelled'),
    timedOut: orders.filter((facts) => facts.at(-1)!.data['reason'] === 'payment timed out').length,
    shipped: ended('order.shipped'),
    refunded: payments.filter((facts) => facts.some(({ type }) => type === 'payment.refunded')).length,
    eventsAppended,
    lost: damaged('lost'),
    duplicated: damaged('duplicated'),
    reordered: damaged('reordered'),
    violations: violations.map(({ sentence }) => sentence),
    placedToConfirmedMs: { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) },
  };
}

export function formatSummary(summary: Summary): string {
  const { placedToConfirmedMs, violations, ...counts } = summary;
  const { p50, p99 } = placedToConfirmedMs;
  const waits = p50 === null ? 'nothing was confirmed' : `${p50} ms (p50), ${p99} ms (p99)`;
  const rows = [...Object.entries(counts), ['placed to confirmed', waits], ['violations', violations.length]];
  return formatTable(
    ['what', 'how much'],
    rows.map(([name, value]) => [String(name), String(value)]),
  );
}

/** From placed to confirmed; undefined for an order that never was. */
function waitOf(facts: readonly TimedFact[]): number | undefined {
  const confirmed = facts.find(({ type }) => type === 'order.confirmed');
  return confirmed && Math.round(confirmed.atMs - facts[0]!.atMs);
}

/** Nearest rank. */
function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
