// Every version of every projection: what this build has, what the database knows, and where each is.
import type { Pause } from '../../core/index.js';
import {
  projectionName,
  splitSegmentName,
  type ProjectionState,
  type ProjectionVersion,
} from '../../subscriptions/index.js';
import type { SubscriptionFacts } from '../context-facts.js';
import type { OperatedContext } from '../operated-context.js';
import type { OperatedProjection } from './operated-projection.js';

export interface ListedProjection {
  readonly name: string;
  readonly version: number;
  /** `inline`: written by the appends, without a checkpoint. `new`: of this build, and never begun here. */
  readonly state: ProjectionState | 'inline' | 'new';
  /** Whether this build has it. */
  readonly known: boolean;
  readonly paused: Pause | undefined;
  /** One for each log it reads, and for each of its segments. */
  readonly places: readonly (Pick<SubscriptionFacts, 'log' | 'cursor' | 'lag' | 'owner' | 'leased'> & {
    readonly end: bigint;
  })[];
  /** Records that could not be handled, and those behind them. */
  readonly setAside: number;
  readonly switchedAt: Date | undefined;
  readonly switchedPosition: bigint | undefined;
  readonly takenUpAt: Date | undefined;
}

export async function listProjections(
  context: OperatedContext,
  build: readonly OperatedProjection[],
): Promise<ListedProjection[]> {
  const { versions, facts, parking } = context;
  const known = await versions.list();
  const subscriptions = await facts.subscriptions();
  const isOf = (one: { name: string; version: number }) => (other: { name: string; version: number }) =>
    one.name === other.name && one.version === other.version;
  const all = [...known, ...build.filter((one) => !known.some(isOf(one)))];
  const listed: ListedProjection[] = [];
  for (const one of all) {
    const { name, version } = one;
    const recorded: Partial<ProjectionVersion> = known.find(isOf(one)) ?? {};
    const own = build.find(isOf(one));
    const of = projectionName(one);
    const isPlaceOf = (place: { name: string }) => splitSegmentName(place.name).projection === of;
    const places = [];
    for (const { log, cursor, lag, owner, leased } of subscriptions.filter(isPlaceOf))
      places.push({ log, cursor, lag, owner, leased, end: (await facts.endOf(log, 0)).last });
    listed.push({
      name,
      version,
      state: own?.inline ? 'inline' : (recorded.state ?? 'new'),
      known: own !== undefined,
      paused: subscriptions.find((place) => isPlaceOf(place) && place.paused)?.paused,
      places,
      setAside: (await parking.list()).filter(isPlaceOf).length,
      switchedAt: recorded.switchedAt,
      switchedPosition: recorded.switchedPosition,
      takenUpAt: recorded.takenUpAt,
    });
  }
  return listed.toSorted((a, b) => (a.name === b.name ? a.version - b.version : a.name < b.name ? -1 : 1));
}
