// What a run comes to: faults, orders, money and violations, as a page for people and as one line of JSON for programs.
import { groupBy, type Violation } from '../../libs/event-store/src/testing/invariants/index.js';
import { operatorRefunds, type Amount, type CheckoutState, type Fact } from '../demo/checkout-invariants.js';
import { formatTable } from '../text/table.js';
import type { ChaosArguments } from './arguments.js';
import type { FaultKind, PlannedFault } from './plan.js';

export interface Certificate {
  readonly seed: number;
  readonly seconds: number;
  readonly broker: string;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  /** Placed. */
  readonly orders: number;
  /** Orders with exactly one payment outcome. */
  readonly terminal: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** What payments hold less what orders owe, in minor units: 0 when the books agree. */
  readonly moneyDelta: number;
  readonly violations: readonly string[];
  /** From the last fault to rest; null when it did not come to rest. */
  readonly recoverySeconds: number | null;
}

/** In minor units; the shop of a run sells in one currency. */
export interface Money {
  readonly captured: number;
  readonly refunded: number;
  /** Totals of orders that are confirmed or shipped, less what operators gave back. */
  readonly owed: number;
}

export interface Evidence {
  readonly args: ChaosArguments;
  /** Those that were committed. */
  readonly faults: readonly PlannedFault[];
  readonly checkout: Pick<CheckoutState, 'orders' | 'payments'>;
  readonly violations: readonly Violation[];
  readonly recoveryMs: number | undefined;
}

export function certify({ args, faults, checkout, violations, recoveryMs }: Evidence): Certificate {
  const payments = groupBy(checkout.payments, ({ orderId }) => orderId);
  const orders = [...groupBy(checkout.orders, ({ orderId }) => orderId).keys()];
  const damaged = (damage: Violation['damage']): number => violations.filter((one) => one.damage === damage).length;
  const { captured, refunded, owed } = moneyOf(checkout);
  return {
    seed: args.seed,
    seconds: args.seconds,
    broker: args.broker,
    faults: countsOf(faults),
    orders: orders.length,
    terminal: orders.filter((orderId) => outcomesOf(payments.get(orderId) ?? []) === 1).length,
    lost: damaged('lost'),
    duplicated: damaged('duplicated'),
    reordered: damaged('reordered'),
    moneyDelta: captured - refunded - owed,
    violations: violations.map(({ sentence }) => sentence),
    recoverySeconds: recoveryMs === undefined ? null : Math.round(recoveryMs / 100) / 10,
  };
}

export function moneyOf({ orders, payments }: Evidence['checkout']): Money {
  const sold = [...groupBy(orders, ({ orderId }) => orderId).values()].filter((facts) =>
    ['order.confirmed', 'order.shipped'].includes(facts.at(-1)!.type),
  );
  const soldIds = new Set(sold.map(([placed]) => placed!.orderId));
  const given = operatorRefunds(payments).filter(({ orderId }) => soldIds.has(orderId));
  return {
    captured: sumOf(payments, 'payment.captured'),
    refunded: sumOf(payments, 'payment.refunded'),
    owed: sold.reduce((sum, [placed]) => sum + minor(placed!.data['total']), 0) - sumOf(given, 'payment.refunded'),
  };
}

export function outcomesOf(payment: readonly Fact[]): number {
  return payment.filter(({ type }) => type === 'payment.captured' || type === 'payment.failed').length;
}

/** How soon a calm system should be at rest. Longer is remarked and no violation: machines differ. */
export const RECOVER_WITHIN_SECONDS = 30;

/** What is told, and not judged. */
export interface Remarks {
  /** Stories that broke off. */
  readonly troubles: readonly string[];
  /** The most memory that one process had. */
  readonly memoryBytes: number;
  /** How late the event loop usually was, in the process where it was latest. */
  readonly eventLoopP99Ms: number;
}

export function formatCertificate(certificate: Certificate, money: Money, remarks: Remarks): string {
  const { troubles, memoryBytes, eventLoopP99Ms } = remarks;
  const { faults, violations, recoverySeconds, orders, terminal } = certificate;
  const all = Object.entries(faults);
  const sum = all.reduce((total, [, count]) => total + count, 0);
  const rows: [string, string][] = [
    ['seed', String(certificate.seed)],
    ['seconds', `${certificate.seconds} on ${certificate.broker}`],
    ['faults', `${sum}: ${all.map(([kind, count]) => `${count} ${kind}`).join(', ')}`],
    ['orders', `${orders}, of which ${terminal} have exactly one payment outcome`],
    ['stories', troubles.length === 0 ? 'all told to their end' : `${troubles.length} broke off (see below)`],
    ['captured − refunded', `${money.captured} − ${money.refunded} = ${money.captured - money.refunded} minor units`],
    ['owed by orders', `${money.owed} minor units: ${certificate.moneyDelta} between the two`],
    ['lost, twice, out of order', `${certificate.lost}, ${certificate.duplicated}, ${certificate.reordered}`],
    ['recovery', recoveryText(recoverySeconds)],
    ['memory', `${Math.round(memoryBytes / 1_048_576)} MiB at most in one process`],
    ['event loop', `${Math.round(eventLoopP99Ms)} ms late at most in one process, usually (p99 of a second)`],
    ['violations', String(violations.length)],
  ];
  const list = (title: string, lines: readonly string[]): string =>
    lines.length === 0 ? '' : `\n\n${title}\n${lines.map((line) => `  - ${line}`).join('\n')}`;
  return (
    formatTable(['certificate', ''], rows) +
    list('Stories that broke off, because nobody answered in time:', troubles) +
    list('Not all invariants hold:', violations)
  );
}

function recoveryText(seconds: number | null): string {
  if (seconds === null) return 'none';
  const late = seconds > RECOVER_WITHIN_SECONDS ? `; longer than ${RECOVER_WITHIN_SECONDS} s` : '';
  return `${seconds} s from the last fault to rest${late}`;
}

function countsOf(faults: readonly PlannedFault[]): Certificate['faults'] {
  const counts = [...groupBy(faults, ({ kind }) => kind)].map(([kind, same]) => [kind, same.length] as const);
  return Object.fromEntries(counts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sumOf(facts: readonly Fact[], type: string): number {
  return facts.reduce((sum, fact) => (fact.type === type ? sum + minor(fact.data['amount']) : sum), 0);
}

function minor(amount: unknown): number {
  return (amount as Amount | undefined)?.amountMinor ?? Number.NaN;
}
