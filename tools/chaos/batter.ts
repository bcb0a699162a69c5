// The stormy part of a run: orders come at a steady rate while the plan is carried out; then it is quiet, and what was begun comes to its end.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PlantedPoison, Violation } from '../../libs/event-store/src/testing/invariants/index.js';
import type { System } from '../system/system.js';
import type { ChaosArguments } from './arguments.js';
import { Fleet } from './fleet.js';
import { Lanes } from './lanes.js';
import { startLoad, type Told } from './load.js';
import { Poisoner } from './poison.js';
import { REPLICAS, stormEndsAtMs, type PlannedFault } from './plan.js';
import { RecordingShop } from './recording-shop.js';
import { storm } from './storm.js';
import { watchBounds, type Bounds } from './watch-bounds.js';
import { watchLiveness } from './watch-liveness.js';

/** Two cores are enough for it, and most orders meet a fault. */
const ORDERS_PER_SECOND = 5;
/** A customer who waits longer asks again, elsewhere: shorter than most freezes. In milliseconds. */
const ANSWER_WITHIN_MS = 4_000;
/** How long customers go on asking in the quiet, in milliseconds. */
const PATIENCE_MS = 60_000;
const HEARTBEAT_MS = 10_000;

export interface Battered {
  readonly fleet: Fleet;
  readonly shop: RecordingShop;
  readonly told: Told;
  /** What must not have been, whatever else went on. */
  readonly complaints: readonly string[];
  /** What processes said of their own health, and must not have. */
  readonly unhealthy: readonly Violation[];
  /** What they said of memory and of waiting calls. */
  readonly bounds: Bounds;
  /** Faults that hit something. */
  readonly committed: readonly PlannedFault[];
  /** Bad messages that were sent on purpose. */
  readonly planted: readonly PlantedPoison[];
  /** When the last fault was mended and the last order had come, as `Date.now()` says it. */
  readonly quietSince: number;
  /** Processes that end from now on were asked to. */
  close(): void;
}

/** Every process serves again when it resolves. @throws Error when a fault could not be mended; whatever was begun has ended then, too. */
export async function batter(system: System, ...how: How): Promise<Battered> {
  const poisoner = new Poisoner(system);
  try {
    return await batterWith(poisoner, system, ...how);
  } finally {
    await poisoner.close();
  }
}

type How = [args: ChaosArguments, plan: readonly PlannedFault[], interrupted: AbortSignal, log: (line: string) => void];

async function batterWith(poisoner: Poisoner, system: System, ...how: How): Promise<Battered> {
  const [args, plan, interrupted, log] = how;
  const over = new AbortController();
  const signal = AbortSignal.any([interrupted, over.signal]);
  setMaxListeners(0, signal); // every customer who waits is one
  let began = Date.now();
  const say = (line: string): void => log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  const complaints: string[] = [];
  const complain = (sentence: string): void => {
    complaints.push(sentence);
    say(sentence);
  };
  const lanes = new Lanes();
  const fleet = await Fleet.open({ system, replicas: REPLICAS, lanes, say, signal });
  const forMs = stormEndsAtMs(args.seconds);
  const deadlineMs = args.seconds * 1000 + PATIENCE_MS;
  const shop = await customersOf(system, fleet, deadlineMs, signal);
  await poisoner.parkOne(shop, { say, signal });
  began = Date.now();
  say(
    `${fleet.all.length} processes serve, ${ORDERS_PER_SECOND} orders come a second, ${plan.length} faults are planned`,
  );
  const sown = poisoner.sow(forMs, { say, signal });
  sown.catch(() => undefined); // looked at below
  const load = startLoad({ shop, seed: args.seed, ordersPerSecond: ORDERS_PER_SECOND, forMs, deadlineMs, signal });
  const liveness = watchLiveness(fleet);
  const usage = watchBounds(fleet);
  const heartbeat = setInterval(() => say(`${load.begun()} orders begun, ${load.ended()} ended`), HEARTBEAT_MS);
  try {
    const ground = { system, fleet, say, complain, signal };
    const faults = storm(plan, ground, { lanes, giveUp: (reason) => over.abort(reason) });
    const [stormy] = await Promise.allSettled([faults, sleep(forMs, undefined, { signal })]);
    if (stormy.status === 'rejected') throw stormy.reason;
    const committed = stormy.value;
    const quietSince = Date.now();
    say('quiet from now on: what was begun comes to its end');
    const told = await load.done;
    await sown;
    signal.throwIfAborted();
    say(`${told.stories.length} orders played to their end, ${told.troubles.length} broke off`);
    const unhealthy = await liveness.end();
    const bounds = await usage.end();
    return {
      fleet,
      shop,
      told,
      complaints,
      unhealthy,
      bounds,
      committed,
      planted: poisoner.planted,
      quietSince,
      close: () => over.abort(new Error('The run is over.')),
    };
  } catch (error) {
    over.abort(error);
    await Promise.allSettled([load.done, sown, lanes.idle(), liveness.end(), usage.end()]);
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

async function customersOf(system: System, fleet: Fleet, patienceMs: number, signal: AbortSignal) {
  return new RecordingShop({
    orders: () => fleet.urlOf('order-service'),
    payments: () => fleet.urlOf('payment-service'),
    customerToken: await system.token('alice', 'customer'),
    operatorToken: await system.token('olivia', 'operator'),
    patienceMs,
    answerWithinMs: ANSWER_WITHIN_MS,
    signal,
  });
}
