// I6 Legal ends and I7 Money, over what both services and the gateway's ledger say when the checkout is at rest.
import { Findings, groupBy, type Violation } from '../../libs/event-store/src/testing/invariants/index.js';

/** One event of an order or a payment; both are known by the order's id. */
export interface Fact {
  readonly orderId: string;
  readonly version: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One movement of money in the gateway's own book. */
export interface LedgerEntry {
  readonly paymentId: string;
  readonly kind: 'capture' | 'refund';
  /** For refunds. */
  readonly refundId: string | undefined;
  readonly amount: Amount;
}

export interface Amount {
  readonly amountMinor: number;
  readonly currency: string;
}

export interface CheckoutState {
  /** Events of the order streams, by version. */
  readonly orders: readonly Fact[];
  /** Events of the payment streams, by version; a payment's id is its order's. */
  readonly payments: readonly Fact[];
  readonly ledger: readonly LedgerEntry[];
  /** Orders whose payment deadline is still to come. */
  readonly awaited: ReadonlySet<string>;
}

const NEXT: Readonly<Record<string, readonly string[]>> = {
  nothing: ['order.placed'],
  'order.placed': ['order.confirmed', 'order.cancelled'],
  'order.confirmed': ['order.shipped', 'order.cancelled'],
  'order.shipped': [],
  'order.cancelled': [],
};

export function checkCheckout(state: CheckoutState): Violation[] {
  const ends = new Findings('I6');
  const books = new Findings('I7');
  const payments = groupBy(state.payments, ({ orderId }) => orderId);
  const orders = groupBy(state.orders, ({ orderId }) => orderId);
  for (const [orderId, facts] of orders) {
    checkMoves(orderId, facts, state.awaited.has(orderId), ends);
    const payment = payments.get(orderId) ?? [];
    if (!isAwaited(facts, orderId, state)) checkOutcome(orderId, facts, payment, ends);
    checkMoney(orderId, facts, payment, books);
  }
  for (const orderId of payments.keys()) {
    if (!orders.has(orderId)) ends.add('wrong', `payment ${orderId} is for an order that does not exist.`);
  }
  checkLedger(payments, state.ledger, books);
  return [...ends.found, ...books.found];
}

/** Nothing has to have come of it yet. */
function isAwaited(facts: readonly Fact[], orderId: string, { awaited }: CheckoutState): boolean {
  return facts.at(-1)?.type === 'order.placed' && awaited.has(orderId);
}

function checkMoves(orderId: string, facts: readonly Fact[], isAwaitedStill: boolean, ends: Findings): void {
  let at = 'nothing';
  for (const { type } of facts) {
    if (!NEXT[at]?.includes(type)) ends.add('wrong', `order ${orderId} went from ${at} to ${type}.`);
    at = type;
  }
  if (at === 'order.placed' && !isAwaitedStill)
    ends.add(
      'unfinished',
      `order ${orderId} is still placed: neither confirmed nor cancelled, and no timer will end it.`,
    );
}

function checkOutcome(orderId: string, order: readonly Fact[], payment: readonly Fact[], ends: Findings): void {
  const outcomes = payment.filter(({ type }) => type === 'payment.captured' || type === 'payment.failed');
  if (outcomes.length === 0) ends.add('lost', `order ${orderId} has no payment outcome.`);
  if (outcomes.length > 1) {
    ends.add(
      'duplicated',
      `order ${orderId} has ${outcomes.length} payment outcomes: ${outcomes.map(({ type }) => type).join(', ')}.`,
    );
  }
  const confirmed = order.some(({ type }) => type === 'order.confirmed');
  if (confirmed && outcomes[0]?.type === 'payment.failed')
    ends.add('wrong', `order ${orderId} was confirmed, and its payment failed.`);
}

function checkMoney(orderId: string, order: readonly Fact[], payment: readonly Fact[], books: Findings): void {
  const total = amountOf(order[0]?.data['total']);
  const amounts = payment.flatMap(({ data }) => ('amount' in data ? [amountOf(data['amount'])] : []));
  for (const { amountMinor } of [total, ...amounts]) {
    if (!Number.isSafeInteger(amountMinor) || amountMinor < 0)
      books.add('wrong', `order ${orderId} has an amount of ${amountMinor} minor units.`);
  }
  const currencies = new Set([total, ...amounts].map(({ currency }) => currency));
  if (currencies.size > 1)
    books.add('wrong', `order ${orderId} is in ${currencies.size} currencies: ${[...currencies].join(', ')}.`);
  const captured = sumOf(payment, 'payment.captured');
  const refunded = sumOf(payment, 'payment.refunded');
  if (refunded > captured)
    books.add('wrong', `of order ${orderId} ${refunded} minor units were refunded, and only ${captured} captured.`);
  const byOperator = sumOf(operatorRefunds(payment), 'payment.refunded');
  const end = order.at(-1)?.type;
  if (
    (end === 'order.confirmed' || end === 'order.shipped') &&
    captured - refunded !== total.amountMinor - byOperator
  ) {
    books.add(
      'wrong',
      `order ${orderId} over ${total.amountMinor} is ${end.slice(6)}, and ${captured} captured less ${refunded} refunded (${byOperator} by operators) is held for it.`,
    );
  }
  if (end === 'order.cancelled' && captured !== refunded) {
    books.add('wrong', `order ${orderId} is cancelled, and ${captured - refunded} minor units are still held for it.`);
  }
}

/** What operators gave back, and no cancellation. How often they wanted to, these books do not know: who asked for it has to say. */
export function operatorRefunds(payments: readonly Fact[]): readonly Fact[] {
  return payments.filter(({ type, data }) => type === 'payment.refunded' && data['by'] === 'operator');
}

/** The same movements in both books, each once. */
function checkLedger(
  payments: ReadonlyMap<string, readonly Fact[]>,
  ledger: readonly LedgerEntry[],
  books: Findings,
): void {
  const ours = [...payments].flatMap(([paymentId, facts]) =>
    facts.flatMap(({ type, data }): string[] => {
      if (type === 'payment.captured')
        return [line({ paymentId, kind: 'capture', refundId: undefined, amount: amountOf(data['amount']) })];
      if (type === 'payment.refunded')
        return [
          line({ paymentId, kind: 'refund', refundId: String(data['refundId']), amount: amountOf(data['amount']) }),
        ];
      return [];
    }),
  );
  const theirs = ledger.map(line);
  for (const [entry, times] of countsOf(ours)) {
    const there = countsOf(theirs).get(entry) ?? 0;
    if (there < times)
      books.add('lost', `the gateway's ledger has ${there} times, and our events ${times} times: ${entry}.`);
  }
  for (const [entry, times] of countsOf(theirs)) {
    const here = countsOf(ours).get(entry) ?? 0;
    if (here < times)
      books.add('wrong', `our events have ${here} times, and the gateway's ledger ${times} times: ${entry}.`);
  }
}

function line({ paymentId, kind, refundId, amount }: LedgerEntry): string {
  return `${kind}${refundId === undefined ? '' : ` ${refundId}`} of ${amount.amountMinor} ${amount.currency} for payment ${paymentId}`;
}

function countsOf(lines: readonly string[]): Map<string, number> {
  return new Map([...groupBy(lines, (entry) => entry)].map(([entry, same]) => [entry, same.length]));
}

function sumOf(facts: readonly Fact[], type: string): number {
  return facts
    .filter((fact) => fact.type === type)
    .reduce((sum, { data }) => sum + amountOf(data['amount']).amountMinor, 0);
}

function amountOf(value: unknown): Amount {
  const { amountMinor, currency } = (value ?? {}) as Partial<Amount>;
  return { amountMinor: amountMinor ?? Number.NaN, currency: currency ?? 'no currency' };
}
