// When a version of a projection becomes the one that serves: the moment it is level with its logs, in the unit of work of its checkpoint.
import {
  failpoint,
  outsideTransaction,
  type CheckpointStore,
  type Clock,
  type LogCursor,
  type LogName,
  type LogRecord,
  type ParkingStore,
  type SettledLog,
  type SubscriptionStatus,
} from '../../core/index.js';
import type { ProjectionKey, ProjectionVersion, ProjectionVersions } from './projection-versions.js';
import { projectionName } from './projection.js';
import { splitSegmentName } from '../segments/segments.js';

/** Fewer settled records than this after the checkpoint: level. Under load there are always some that came a moment ago. */
export const LEVEL_WITHIN = 100;
/** And whatever is younger than this, in milliseconds: the checkpoint of a segment follows by a fraction of a second. */
const LEVEL_WITHIN_MS = 1_000;

/** `waiting`: settled records after the checkpoint, at most {@link LEVEL_WITHIN}. */
export function areFew(waiting: readonly LogRecord[], now: Date): boolean {
  return waiting.length < LEVEL_WITHIN || now.getTime() - waiting[0]!.time.getTime() < LEVEL_WITHIN_MS;
}

export interface SwitchOptions {
  readonly projection: ProjectionKey;
  /** Of its subscriptions on each log: its own, or one for each segment. */
  readonly names: readonly string[];
  readonly log: LogName;
  /** All logs the projection reads. */
  readonly logs: readonly LogName[];
  readonly versions: ProjectionVersions;
  readonly checkpoints: Pick<CheckpointStore, 'list'>;
  readonly parking: Pick<ParkingStore, 'list'>;
  readonly settled: Readonly<Record<LogName, Pick<SettledLog, 'read'>>>;
  readonly clock: Clock;
  /** A `service` lets its version be read; an `operator` builds one ahead of that, or brings an older one back, by decision. */
  readonly by: 'service' | 'operator';
}

/**
 * What a projection's subscription does when it has caught up. Resolves to false where it should be asked again: the log goes on, a record
 * is set aside, or a newer version is at work.
 */
export function switchWhenLevel(options: SwitchOptions): (at: LogCursor) => Promise<boolean> {
  const { projection, log, logs, versions, by } = options;
  return async (at) => {
    const isDone = (one: ProjectionVersion | undefined) =>
      one?.state === 'serving' && (one.takenUpAt !== undefined || by === 'operator');
    const isOwn = ({ name, version }: ProjectionVersion) => name === projection.name && version === projection.version;
    // Without the lock as long as there is nothing to change: many may ask, and the log may keep one waiting.
    if (isDone((await versions.list()).find(isOwn))) return true;
    if (!(await isLevel(options, at))) return false;
    const all = await known(versions, projection);
    const own = all.find(isOwn)!;
    if (isDone(own)) return true;
    if (own.state === 'serving') {
      await versions.takeUp(projection);
      return true;
    }
    if (await hasSetAside(options, own)) return false;
    const other = all.find(({ state }) => state === 'serving');
    if (other && by === 'service' && !(await givesWay(other, options))) return false;
    await versions.noteCaughtUp(projection, log);
    if (!logs.every((one) => one === log || own.caughtUp.includes(one))) return true; // the last of them switches
    failpoint('rebuild.beforeSwap');
    await versions.serve(projection, at.position);
    if (by === 'service') await versions.takeUp(projection);
    return true;
  };
}

async function known(versions: ProjectionVersions, { name, version }: ProjectionKey): Promise<ProjectionVersion[]> {
  const found = await versions.lock(name);
  if (found.some((one) => one.version === version)) return found;
  await versions.begin({ name, version }); // a cancelled rebuild, begun again
  return versions.lock(name);
}

/** A segment that is level waits for the others: the one that comes last switches. */
async function isLevel({ settled, log, names, checkpoints, clock }: SwitchOptions, at: LogCursor): Promise<boolean> {
  let lowest = at;
  if (names.length > 1) {
    const places = (await checkpoints.list()).filter((one) => one.log === log && names.includes(one.name));
    if (places.length < names.length) return false;
    // Its own checkpoint is moved in this very unit.
    const behind = places.filter(({ cursor }) => cursor.position < lowest.position).toSorted(byPosition);
    lowest = behind[0]?.cursor ?? at;
  }
  const waiting = await outsideTransaction(() => settled[log].read(lowest, LEVEL_WITHIN));
  return areFew(waiting, clock.now());
}

function byPosition(a: SubscriptionStatus, b: SubscriptionStatus): number {
  return a.cursor.position < b.cursor.position ? -1 : 1;
}

/** A new version that lacks records is not what its events give. One that served before had its chance to be looked at. */
async function hasSetAside({ parking, names }: SwitchOptions, { state }: ProjectionVersion): Promise<boolean> {
  if (state !== 'building') return false;
  for (const name of names) if ((await parking.list({ name })).length > 0) return true;
  return false;
}

/**
 * A newer version gives way only to a roll-back: when a service has read it, and no service works on it any more. Otherwise a replica of
 * the old build that starts again during a rolling deploy would take its place.
 */
async function givesWay(other: ProjectionVersion, { projection, checkpoints, clock }: SwitchOptions): Promise<boolean> {
  if (other.version < projection.version) return true;
  if (!other.takenUpAt) return false;
  const now = clock.now();
  const name = projectionName(other);
  return !(await checkpoints.list()).some(
    ({ name: of, owner, leasedUntil, paused }) =>
      splitSegmentName(of).projection === name && (paused !== undefined || (owner !== undefined && leasedUntil! > now)),
  );
}
