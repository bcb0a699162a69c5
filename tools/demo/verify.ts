// Waits for rest and checks the invariants; used by the demo and by the tests of whole systems.
import {
  checkInvariants,
  checkReplay,
  groupBy,
  type PlantedPoison,
  type SystemState,
  type Violation,
} from '../../libs/event-store/src/testing/invariants/index.js';
import { checkCheckout, operatorRefunds, type CheckoutState } from './checkout-invariants.js';
import { readCheckoutState, type TimedCheckoutState } from './checkout-state.js';
import type { CheckoutProbe } from './probe.js';
import { NotAtRestError, waitForRest, type RestProbe } from './rest.js';
import { checkAsked, type Acknowledged } from './acknowledged.js';
import { scenarios, type Scenario, type Story } from './scenarios.js';
import type { Played } from './workload.js';

export interface Verdict {
  /** The system at rest, or as it was when the patience ended. */
  readonly system: SystemState | undefined;
  readonly checkout: TimedCheckoutState;
  readonly violations: readonly Violation[];
}

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bad messages that were sent on purpose. */
  readonly planted?: readonly PlantedPoison[] | undefined;
  /** What somebody got a yes for in stories that broke off. */
  readonly acknowledged?: readonly Acknowledged[] | undefined;
}

export async function verify(
  probe: CheckoutProbe & RestProbe,
  played: Played,
  restWithinMs: number,
  { signal, planted, acknowledged = [] }: VerifyOptions = {},
): Promise<Verdict> {
  const violations: Violation[] = played.troubles.map((sentence) => ({
    invariant: 'story',
    damage: 'unfinished',
    sentence,
  }));
  let system: SystemState | undefined;
  try {
    system = await waitForRest(probe, restWithinMs, signal);
    violations.push(...checkInvariants(system, { acknowledged: byService(played.stories, acknowledged), planted }));
  } catch (error) {
    if (!(error instanceof NotAtRestError)) throw error;
    violations.push({ invariant: 'rest', damage: 'unfinished', sentence: error.message });
  }
  const { 'order-service': orders, 'payment-service': payments } = probe.queries;
  const checkout = await readCheckoutState(orders, payments);
  violations.push(
    ...checkCheckout(checkout),
    ...checkAsked(checkout, allOf(played.stories, acknowledged)),
    ...checkEnds(checkout, played.stories),
    ...checkRefunds(checkout, played.stories),
  );
  violations.push(...checkReplay(await probe.readModels()));
  return { system, checkout, violations };
}

/** Each story has the end its scenario is about: an order that is declined must not be confirmed. */
function checkEnds(checkout: CheckoutState, stories: readonly Story[]): Violation[] {
  const ends = new Map(checkout.orders.map((fact) => [fact.orderId, fact])); // the last event of each wins
  return stories.flatMap(({ orderId, scenario }): Violation[] => {
    const { ends: expected, reason }: Scenario = scenarios[scenario];
    const last = ends.get(orderId);
    const end = last?.type.slice('order.'.length) ?? 'missing';
    const isAsExpected = (expected as readonly string[]).includes(end);
    if (isAsExpected && (reason === undefined || last?.data['reason'] === reason)) return [];
    const why = (text: unknown): string => (typeof text === 'string' ? ` (${text})` : '');
    const is = `${end}${why(last?.data['reason'])}`;
    const sentence = `I6: order ${orderId} (${scenario}) is ${is}, and was to end ${expected.join(' or ')}${why(reason)}.`;
    return [{ invariant: 'I6', damage: 'wrong', sentence }];
  });
}

/** A refund that is done twice agrees with both books, and no balance shows it: the scenario knows how many there are to be. */
export function checkRefunds(checkout: CheckoutState, stories: readonly Story[]): Violation[] {
  const refunds = groupBy(operatorRefunds(checkout.payments), ({ orderId }) => orderId);
  return stories.flatMap(({ orderId, scenario }): Violation[] => {
    const { refunds: wanted = 0 }: Scenario = scenarios[scenario];
    const { length } = refunds.get(orderId) ?? [];
    if (length === wanted) return [];
    const sentence = `I7: payment ${orderId} (${scenario}) was refunded ${length} times by operators, and was to be ${wanted} times.`;
    return [{ invariant: 'I7', damage: length > wanted ? 'duplicated' : 'lost', sentence }];
  });
}

function byService(stories: readonly Story[], others: readonly Acknowledged[]) {
  return Object.fromEntries(groupBy(allOf(stories, others), ({ service }) => service));
}

function allOf(stories: readonly Story[], others: readonly Acknowledged[]): Acknowledged[] {
  return [...stories.flatMap(({ acknowledged }) => acknowledged), ...others];
}
