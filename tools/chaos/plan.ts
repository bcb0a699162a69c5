// Which fault comes when, how long it lasts and whom it hits: a list, made from the seed alone. Whatever the run does, it changes nothing here.
import { shopServices, type ShopService } from '../demo/checkout-shape.js';
import type { BrokerName } from '../system/broker.js';
import { randomFrom, type Random } from '../../libs/event-store/src/testing/random.js';

/** Of each service. */
export const REPLICAS = 2;
/** The rest of the run is quiet. */
const STORMY_SHARE = 0.8;

interface Kind {
  /** How often it is in the bag that faults are drawn from. */
  readonly times: number;
  /** Shortest and longest, in milliseconds. */
  readonly lastsMs: readonly [number, number];
  /** What mending it takes at most on an idle machine, in milliseconds: its victim is left alone for so long. */
  readonly mendMs: number;
}

const kinds = {
  'service-kill': { times: 2, lastsMs: [200, 4_000], mendMs: 4_000 },
  'service-restart': { times: 2, lastsMs: [0, 1_500], mendMs: 5_000 },
  // From below the 10 s that a lease lasts to far above.
  'service-freeze': { times: 2, lastsMs: [500, 19_000], mendMs: 500 },
  'connections-cut': { times: 2, lastsMs: [0, 0], mendMs: 500 },
  'postgres-fast': { times: 1, lastsMs: [200, 4_000], mendMs: 1_500 },
  'postgres-immediate': { times: 1, lastsMs: [200, 4_000], mendMs: 1_500 },
  'postgres-kill': { times: 1, lastsMs: [200, 4_000], mendMs: 1_500 },
  'kafka-kill': { times: 2, lastsMs: [200, 5_000], mendMs: 5_000 },
  'kafka-freeze': { times: 1, lastsMs: [500, 15_000], mendMs: 500 },
  // To above the pause between two attempts to connect.
  'kafka-cut': { times: 2, lastsMs: [200, 6_000], mendMs: 2_000 },
  'kafka-answers-lost': { times: 1, lastsMs: [200, 6_000], mendMs: 2_000 },
  // To above the 6 s after which a group gives up a member that is silent. Connections stay half open, and are given up when a request times out.
  'kafka-half-open': { times: 1, lastsMs: [500, 12_000], mendMs: 5_000 },
} as const satisfies Record<string, Kind>;

export type FaultKind = keyof typeof kinds;

/** Connections of one service to Kafka, on the way. */
export const networkFaults = ['kafka-cut', 'kafka-answers-lost', 'kafka-half-open'] as const satisfies FaultKind[];
export type NetworkFault = (typeof networkFaults)[number];

export interface PlannedFault {
  readonly kind: FaultKind;
  /** From the first order on, in milliseconds. */
  readonly atMs: number;
  readonly lastsMs: number;
  /** Where it is a service that is hit. */
  readonly service?: ShopService;
  /** Which of its processes, from 0. */
  readonly replica?: number;
}

export interface PlanOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly broker: BrokerName;
}

/** When faults and new orders end, in milliseconds. */
export function stormEndsAtMs(seconds: number): number {
  return seconds * 1000 * STORMY_SHARE;
}

/** By time. Faults of different victims overlap; those of one victim come one after the other. */
export function planFaults({ seed, seconds, broker }: PlanOptions): PlannedFault[] {
  const random = randomFrom(seed);
  const endMs = stormEndsAtMs(seconds);
  const freeAt = new Map<string, number>();
  const plan: PlannedFault[] = [];
  let bag: FaultKind[] = [];
  for (let at = random.between(1_000, 2_500); at < endMs; at += random.between(1_000, 3_500)) {
    if (bag.length === 0) bag = random.shuffled(fullBag(broker));
    const kind = bag.pop()!;
    const fault = draw(random, kind, endMs / 3);
    const atMs = Math.max(at, freeAt.get(victimOf(fault)) ?? 0);
    const overAt = atMs + fault.lastsMs + kinds[kind].mendMs;
    if (overAt > endMs) continue; // it would reach into the quiet
    freeAt.set(victimOf(fault), overAt);
    plan.push({ ...fault, atMs });
  }
  // Too short a run for what was drawn: this one takes no time.
  if (plan.length === 0) return [{ ...draw(random, 'connections-cut', 0), atMs: random.between(1_000, 2_500) }];
  return plan.sort((a, b) => a.atMs - b.atMs);
}

/** What cannot be hit twice at a time. Connections are cut on a server that is there. */
export function victimOf({ kind, service, replica }: Omit<PlannedFault, 'atMs'>): string {
  if (replica !== undefined) return `${service}/${replica}`;
  if (isNetworkFault(kind)) return `${service} to kafka`;
  return kind.startsWith('kafka') ? 'kafka' : 'postgres';
}

function isNetworkFault(kind: FaultKind): kind is NetworkFault {
  return networkFaults.some((one) => one === kind);
}

function fullBag(broker: BrokerName): FaultKind[] {
  const all = Object.entries(kinds) as [FaultKind, Kind][];
  const possible = all.filter(([kind]) => broker === 'kafka' || !kind.startsWith('kafka'));
  return possible.flatMap(([kind, { times }]) => Array.from({ length: times }, () => kind));
}

/** Draws as often for every kind, so that a change of one leaves the others where they are. */
function draw(random: Random, kind: FaultKind, longestMs: number): Omit<PlannedFault, 'atMs'> {
  const { lastsMs }: Kind = kinds[kind];
  const fault = { kind, lastsMs: random.between(lastsMs[0], Math.floor(Math.min(lastsMs[1], longestMs))) };
  const service = random.pick(shopServices);
  const replica = random.between(0, REPLICAS - 1);
  if (kind === 'connections-cut' || isNetworkFault(kind)) return { ...fault, service };
  return kind.startsWith('service') ? { ...fault, service, replica } : fault;
}
