// The one checker of the invariants: used by the demo, by every test that injects faults, and by whoever doubts.
import { checkDurable, checkUnconfirmed, type AcknowledgedAppend, type UnconfirmedCommand } from './durable.js';
import { checkEffectOnce } from './effect-once.js';
import { checkGlobalOrder, type GlobalOrderOptions } from './global-order.js';
import { checkPoison, type PlantedPoison } from './poison.js';
import { checkProcesses } from './processes.js';
import { checkPublish } from './publish.js';
import type { PublishedMessages } from './published-messages.js';
import type { Query } from './query.js';
import { readServiceState } from './read-service-state.js';
import { checkStreamOrder } from './stream-order.js';
import type { ServiceShape, SystemState } from './topology.js';
import type { Violation } from './violation.js';

export { fingerprint, notAtRest } from './at-rest.js';
export { checkBounded, usualEventLoopP99Ms, type LoadLimits, type LoadSample } from './bounded.js';
export type { AcknowledgedAppend, UnconfirmedCommand } from './durable.js';
export { checkHealth, type HealthLimits, type HealthSample, type Outage } from './health.js';
export { checkImmutable } from './immutable.js';
export { checkLiveness } from './liveness.js';
export type { PlantedPoison } from './poison.js';
export { publishedOnPostgres, type PublishedMessage, type PublishedMessages } from './published-messages.js';
export { checkRepeats, type Answered, type RepeatedRequest } from './repeats.js';
export { checkReplay, type ReadModelCopies, type ReadModelRow } from './replay.js';
export { optionalText, text, type Query, type Row } from './query.js';
export { readCopiesOfAnyVersion } from './snapshot-copies.js';
export { checkSnapshots, type StateCopies } from './snapshots.js';
export { readStateCopies, type StoresOfStates } from './state-copies.js';
export type { EventRow, ServiceState, SetAsideRow, TimerRow } from './service-state.js';
export type { Publishes, ServiceShape, SystemState } from './topology.js';
export { Findings, groupBy, type Damage, type Violation } from './violation.js';

/** Where the checker reads: a query port per service, and the broker's messages. */
export interface SystemProbe {
  readonly shapes: readonly ServiceShape[];
  /** By the service's name. */
  readonly queries: Readonly<Record<string, Query>>;
  readonly publishedMessages: PublishedMessages;
}

export interface CheckOptions extends GlobalOrderOptions {
  /** By the service's name. */
  readonly acknowledged?: Readonly<Record<string, readonly AcknowledgedAppend[]>>;
  /** By the service's name. */
  readonly unconfirmed?: Readonly<Record<string, readonly UnconfirmedCommand[]>>;
  /** Bad messages sent on purpose: then I11 looks at what is set aside, instead of I3. */
  readonly planted?: readonly PlantedPoison[];
}

/** @throws Error when a service has no query. */
export async function readSystemState({ shapes, queries, publishedMessages }: SystemProbe): Promise<SystemState> {
  const services = shapes.map(({ service }) => {
    const query = queries[service];
    if (!query) throw new Error(`No query port for service ${service}.`);
    return readServiceState(service, query);
  });
  return { shapes, services: await Promise.all(services), published: await publishedMessages() };
}

/** I1 to I5 over a system at rest, and I11 where bad messages were planted. I8 to I10 and I13 to I15 have checks of their own. */
export function checkInvariants(
  system: SystemState,
  { acknowledged = {}, unconfirmed = {}, planted, allowSetAside }: CheckOptions = {},
): Violation[] {
  return [
    ...system.services.flatMap((state) => [
      ...checkDurable(state, acknowledged[state.service] ?? []),
      ...checkUnconfirmed(state, unconfirmed[state.service] ?? []),
      ...checkStreamOrder(state),
      ...checkGlobalOrder(state, { allowSetAside: planted ? () => true : allowSetAside }),
      ...checkProcesses(state),
      ...(planted ? checkPoison(state, planted) : []),
    ]),
    ...checkPublish(system, planted),
    ...checkEffectOnce(system, planted),
  ];
}
