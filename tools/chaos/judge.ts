// After the storm: waits for rest, and looks for everything that must not be.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  checkImmutable,
  type PlantedPoison,
  type Violation,
} from '../../libs/event-store/src/testing/invariants/index.js';
import type { TimedCheckoutState } from '../demo/checkout-state.js';
import type { CheckoutProbe } from '../demo/probe.js';
import { NotAtRestError, waitForRest } from '../demo/rest.js';
import { verify } from '../demo/verify.js';
import { violationsOf } from './findings.js';
import type { Fleet } from './fleet.js';
import type { Told } from './load.js';
import type { Bounds } from './watch-bounds.js';
import type { RecordingShop } from './recording-shop.js';

export interface Witnesses {
  readonly probe: CheckoutProbe;
  readonly fleet: Fleet;
  readonly shop: RecordingShop;
  readonly told: Told;
  /** What was seen while it went on. */
  readonly complaints: readonly string[];
  /** What processes said of their own health, and must not have. */
  readonly unhealthy: readonly Violation[];
  readonly bounds: Bounds;
  /** Bad messages that were sent on purpose. */
  readonly planted: readonly PlantedPoison[];
  /** When the last fault was mended and the last order had come, as `Date.now()` says it. */
  readonly quietSince: number;
  readonly signal: AbortSignal;
}

export interface Judgement {
  readonly checkout: TimedCheckoutState;
  readonly violations: readonly Violation[];
  /** From the last fault to rest; undefined when it did not come to rest. */
  readonly recoveryMs: number | undefined;
}

/** Patience with a system that does not come to rest. Longer than RECOVER_WITHIN_SECONDS is told in the certificate. */
const REST_WITHIN_MS = 120_000;
/** Whole topics are read each time. */
const LOOK_EVERY_MS = 500;
/** I14: how long a process may go on saying that something is away which is back. Rest may come before its next look. */
const WELL_WITHIN_MS = 10_000;

export async function judge({
  probe,
  fleet,
  shop,
  told,
  complaints,
  unhealthy,
  bounds,
  planted,
  quietSince,
  signal,
}: Witnesses): Promise<Judgement> {
  const watched = { ...probe, everyMs: LOOK_EVERY_MS };
  const restedAt = await waitForRest(watched, REST_WITHIN_MS, signal).then(
    () => Date.now(),
    (error: unknown) => {
      if (error instanceof NotAtRestError) return undefined;
      throw error;
    },
  );
  const repeated = restedAt === undefined ? [] : await shop.repeat(); // before all else is looked at: it must leave nothing
  const played = { stories: told.stories, troubles: [] };
  const within = restedAt === undefined ? 0 : REST_WITHIN_MS; // what moves after all has moved since
  const heard = { acknowledged: shop.receipts, planted };
  const { checkout, violations: verified } = await verify(watched, played, within, { signal, ...heard });
  const services = Object.entries(probe.queries);
  const immutable = await Promise.all(services.map(([service, query]) => checkImmutable(service, query)));
  const violations = violationsOf({
    checkout,
    verified,
    repeated,
    immutable: [...immutable.flat(), ...(await probe.checkSeals())],
    aggregates: await probe.checkAggregates(),
    unhealthy,
    bounds: bounds.violations,
    asked: shop.asked,
    wrongAnswers: told.wrongAnswers,
    deaths: [...fleet.deaths, ...complaints],
    notReady: await unready(fleet),
  });
  return { checkout, violations, recoveryMs: restedAt === undefined ? undefined : restedAt - quietSince };
}

/** Replicas that do not say they are ready, though nothing has been wrong for {@link WELL_WITHIN_MS}. */
async function unready(fleet: Fleet): Promise<string[]> {
  const until = Date.now() + WELL_WITHIN_MS;
  const answers = fleet.all.map(async (replica) => {
    for (; ; await sleep(LOOK_EVERY_MS)) {
      const said = await notReady(replica);
      if (said === undefined || Date.now() > until) return said ?? [];
    }
  });
  return (await Promise.all(answers)).flat();
}

async function notReady({ name, url }: Fleet['all'][number]): Promise<string | undefined> {
  const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(10_000) }).catch(
    (error: Error) => error,
  );
  if (response instanceof Error) return `${name} says nothing about its health: ${response.message}.`;
  const text = await response.text();
  return response.ok && /"status":\s*"ok"/.test(text) ? undefined : `${name} is at rest and not well: ${text}`;
}
