// What the demo's customers and operators do with an order: a fixed mix, so that every run of N orders is the same.
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled, placed as placedAs, refunded, shipped, type Acknowledged } from './acknowledged.js';
import type { Line, OrderAnswer, ShopClient } from './shop-client.js';

export interface Story {
  readonly scenario: ScenarioName;
  readonly orderId: string;
  /** Every change somebody got a yes for. */
  readonly acknowledged: readonly Acknowledged[];
}

export interface Scenario {
  readonly lines: readonly Line[];
  /** What happens after the order was placed. */
  readonly play: (
    shop: ShopClient,
    orderId: string,
    confirmed: () => Promise<void>,
  ) => Promise<readonly Acknowledged[]>;
  /** Status at the end; several where the scenario is a race. */
  readonly ends: readonly OrderAnswer['status'][];
  /** Why it was cancelled, where the scenario is about that. */
  readonly reason?: string;
  /** How often an operator gives money back, default never. */
  readonly refunds?: number;
}

const ordered: readonly Line[] = [
  { sku: 'coffee-beans', quantity: 2 },
  { sku: 'mug', quantity: 1 },
];

export const scenarios = {
  paid: {
    lines: ordered,
    play: () => Promise.resolve([]),
    ends: ['confirmed'],
  },
  shipped: {
    lines: [{ sku: 'espresso-machine', quantity: 1 }],
    async play(shop, orderId, confirmed) {
      await confirmed();
      const [carrier, tracking] = ['Parcel Post', `PP-${orderId.slice(0, 8)}`] as const;
      return [shipped(orderId, await shop.ship(orderId, carrier, tracking), carrier, tracking)];
    },
    ends: ['shipped'],
  },
  declined: {
    lines: [{ sku: 'unlucky-charm', quantity: 1 }], // its price ends in 13, which the simulated gateway declines
    play: () => Promise.resolve([]),
    ends: ['cancelled'],
  },
  'cancelled before payment': {
    lines: ordered,
    async play(shop, orderId) {
      const reason = 'Ordered by mistake.';
      return [cancelled(orderId, await shop.cancel(orderId, reason), reason)]; // races the capture, on purpose
    },
    ends: ['cancelled'],
  },
  'refunded in part': {
    lines: ordered,
    async play(shop, orderId, confirmed) {
      await confirmed();
      const [reason, amount] = ['The mug was chipped.', 890] as const;
      return [refunded(orderId, await shop.refund(orderId, reason, amount), reason, amount)];
    },
    ends: ['confirmed'],
    refunds: 1,
  },
  'cancelled after payment': {
    lines: [{ sku: 'mug', quantity: 3 }],
    async play(shop, orderId, confirmed) {
      await confirmed();
      const reason = 'Found it cheaper elsewhere.';
      return [cancelled(orderId, await shop.cancel(orderId, reason), reason)];
    },
    ends: ['cancelled'],
  },
  'refunded in full': {
    lines: [{ sku: 'mug', quantity: 2 }],
    async play(shop, orderId, confirmed) {
      await confirmed();
      const reason = 'Both mugs arrived broken.';
      return [refunded(orderId, await shop.refund(orderId, reason), reason)];
    },
    ends: ['confirmed'],
    refunds: 1,
  },
  'timed out': {
    lines: [{ sku: 'slow-boat-ticket', quantity: 1 }], // its price ends in 77: the simulated gateway answers when nobody waits any more
    play: () => Promise.resolve([]),
    ends: ['cancelled'],
    reason: 'payment timed out',
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;

/** Order by order; the first eight are one of each. */
export const everyScenario: readonly ScenarioName[] = [
  ...(Object.keys(scenarios) as ScenarioName[]),
  'paid',
  'shipped',
  'paid',
];

/** For runs whose deadline is out of reach. */
export const withoutTimeouts = everyScenario.filter((name) => name !== 'timed out');

/** What makes 'timed out' end within seconds: the deadline passes while the gateway is still at it. For the services' environment. */
export const TIMEOUTS_WITHIN_SECONDS = { PAYMENT_DEADLINE_MS: '12000', GATEWAY_STALL_MS: '15000' } as const;

/** Plays one order from placing to its last change. @throws Error when it is not confirmed within `deadlineMs`. */
export async function play(
  shop: ShopClient,
  name: ScenarioName,
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<Story> {
  const scenario: Scenario = scenarios[name];
  const placed = await shop.place(scenario.lines, `scenario: ${name}`);
  const { orderId } = placed;
  const confirmed = () => waitUntilConfirmed(shop, orderId, deadlineMs, signal);
  return {
    scenario: name,
    orderId,
    acknowledged: [placedAs(orderId, placed, scenario.lines), ...(await scenario.play(shop, orderId, confirmed))],
  };
}

/** Between two looks at an order. A hundred of them that are asked for five times a second leave little time to confirm them in. */
const LONGEST_PAUSE_MS = 2_000;

async function waitUntilConfirmed(
  shop: ShopClient,
  orderId: string,
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const start = Date.now();
  for (let pauseMs = 200; ; pauseMs = Math.min(pauseMs * 1.3, LONGEST_PAUSE_MS)) {
    const { status } = await shop.order(orderId);
    if (status === 'confirmed') return;
    if (status === 'cancelled') throw new Error(`Order ${orderId} was cancelled, and was to be confirmed.`);
    if (Date.now() - start > deadlineMs)
      throw new Error(`Order ${orderId} is still ${status} after ${deadlineMs} ms, and was to be confirmed.`);
    await sleep(pauseMs, undefined, { signal });
  }
}
