// When a version of a projection becomes the one that serves: the moment it is level with its logs, in the unit of work of its checkpoint.
import {
  outsideTransaction,
  type CheckpointStore,
  type Clock,
  type LogCursor,
  type LogName,
  type ParkingStore,
  type SettledLog,
  type SubscriptionStatus,
} from '../core/index.js';
import type { ProjectionKey, ProjectionVersion, ProjectionVersions } from './projection-versions.js';
import { projectionName } from './projection.js';
import { splitSegmentName } from './segments.js';

/** Fewer settled records than this after the checkpoint: level. Under load there are always some that came a moment ago. */
export const LEVEL_WITHIN = 100;

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
    const all = await known(versions, projection);
    const own = all.find(({ version }) => version === projection.version)!;
    if (own.state === 'serving' && (own.takenUpAt || by === 'operator')) return true;
    if (!(await isLevel(options, at))) return false;
    if (own.state === 'serving') {
      await versions.takeUp(projection);
      return true;
    }
    if (await hasSetAside(options, own)) return false;
    const other = all.find(({ state }) => state === 'serving');
    if (other && by === 'service' && !(await givesWay(other, options))) return false;
    await versions.noteCaughtUp(projection, log);
    if (!logs.every((one) => one === log || own.caughtUp.includes(one))) return true; // the last of them switches
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
async function isLevel({ settled, log, names, checkpoints }: SwitchOptions, at: LogCursor): Promise<boolean> {
  let lowest = at;
  if (names.length > 1) {
    const places = (await checkpoints.list()).filter((one) => one.log === log && names.includes(one.name));
    if (places.length < names.length) return false;
    // Its own checkpoint is moved in this very unit.
    const behind = places.filter(({ cursor }) => cursor.position < lowest.position).toSorted(byPosition);
    lowest = behind[0]?.cursor ?? at;
  }
  const waiting = await outsideTransaction(() => settled[log].read(lowest, LEVEL_WITHIN));
  return waiting.length < LEVEL_WITHIN;
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
    ({ name: of, owner, leasedUntil }) =>
      splitSegmentName(of).projection === name && owner !== undefined && leasedUntil! > now,
  );
}
