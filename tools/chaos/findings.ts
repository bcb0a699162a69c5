// What was seen in a run and after it, made into violations. Nothing here looks at a system: each kind of trouble can be planted in a test.
import {
  checkRepeats,
  groupBy,
  type Damage,
  type RepeatedRequest,
  type Violation,
} from '../../libs/event-store/src/testing/invariants/index.js';
import { checkCheckout, operatorRefunds } from '../demo/checkout-invariants.js';
import type { TimedCheckoutState } from '../demo/checkout-state.js';

/** What customers and operators asked for, and what they heard. */
export interface Asked {
  /** Orders somebody wanted, each once however often it was sent. There may be fewer, where nobody answered; never more. */
  readonly orders: number;
  /** Ids of orders somebody got a yes for. */
  readonly acknowledged: ReadonlySet<string>;
  /** Refunds that operators asked for, by payment. */
  readonly refunds: ReadonlyMap<string, number>;
}

export interface Seen {
  readonly checkout: TimedCheckoutState;
  /** By the checker of the demo: I1 to I8, I11, and rest. */
  readonly verified: readonly Violation[];
  readonly repeated: readonly RepeatedRequest[];
  /** I13 of both services: that nobody may change an event, and that nobody has. */
  readonly immutable: readonly Violation[];
  /** I9. */
  readonly aggregates: readonly Violation[];
  /** I14 while it went on. */
  readonly unhealthy: readonly Violation[];
  /** I12 while it went on. */
  readonly bounds: readonly Violation[];
  readonly asked: Asked;
  readonly wrongAnswers: readonly string[];
  /** Processes that ended by themselves, and faults that could not be mended. */
  readonly deaths: readonly string[];
  /** Replicas that are not ready at rest. */
  readonly notReady: readonly string[];
}

/** Each once, whoever found it. */
export function violationsOf(seen: Seen): Violation[] {
  const { checkout, asked } = seen;
  const found = [
    ...seen.verified,
    ...checkRepeats(seen.repeated),
    ...seen.immutable,
    ...seen.aggregates,
    ...seen.unhealthy,
    ...seen.bounds,
    ...withoutDeadlines(checkout),
    ...wrong('I10', 'duplicated', [...tooManyOrders(checkout, asked), ...tooManyRefunds(checkout, asked)]),
    ...wrong('answer', 'wrong', seen.wrongAnswers),
    ...wrong('process', 'wrong', seen.deaths),
    ...wrong('I14', 'unfinished', seen.notReady),
  ];
  return [...groupBy(found, ({ sentence }) => sentence).values()].map(([first]) => first!);
}

/** Deadlines of payments are minutes away. An order that waits for one at rest was forgotten: nothing else would move it. */
function withoutDeadlines(checkout: TimedCheckoutState): Violation[] {
  return checkCheckout({ ...checkout, awaited: new Set() });
}

/** Those that nobody got a yes for are at most as many as the requests that nobody answered. */
function tooManyOrders({ orders }: TimedCheckoutState, { orders: wanted, acknowledged }: Asked): string[] {
  const placed = new Set(orders.map(({ orderId }) => orderId));
  const unknown = [...placed].filter((orderId) => !acknowledged.has(orderId)).length;
  const unanswered = wanted - acknowledged.size;
  return unknown > unanswered
    ? [`${unanswered} of ${wanted} orders were asked for and not answered, and there are ${unknown} that nobody knows.`]
    : [];
}

/** Money that goes back twice agrees with every book: only who asked for it knows. */
function tooManyRefunds({ payments }: TimedCheckoutState, { refunds }: Asked): string[] {
  return [...groupBy(operatorRefunds(payments), ({ orderId }) => orderId)].flatMap(([paymentId, { length }]) => {
    const wanted = refunds.get(paymentId) ?? 0;
    return length > wanted
      ? [`payment ${paymentId} was refunded ${length} times, and ${wanted} times were asked for.`]
      : [];
  });
}

function wrong(invariant: string, damage: Damage, sentences: readonly string[]): Violation[] {
  return sentences.map((sentence) => ({ invariant, damage, sentence: `${invariant}: ${sentence}` }));
}
