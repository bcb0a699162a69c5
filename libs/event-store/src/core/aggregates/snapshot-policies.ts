// When a snapshot is taken: `@Aggregate('order', { snapshot: every(100) })`. Measure before: a stream of a few hundred events loads in milliseconds.
import { ConfigurationError } from '../errors.js';
import type { SnapshotPolicy } from './snapshot.js';

/** After so many events. */
export function every(events: number): SnapshotPolicy {
  positive('every', events, 'a number of events');
  return (facts) => facts.events >= events;
}

/** After events that have so many characters of JSON. */
export function everySize(characters: number): SnapshotPolicy {
  positive('everySize', characters, 'a number of characters');
  return measuring((facts) => facts.size >= characters, true);
}

/** When the last snapshot is so old; at once where there is none. */
export function olderThan(ms: number): SnapshotPolicy {
  positive('olderThan', ms, 'a number of milliseconds');
  return (facts) => facts.ageMs >= ms;
}

/** As soon as one of the policies says so. */
export function anyOf(...policies: readonly SnapshotPolicy[]): SnapshotPolicy {
  return measuring((facts) => policies.some((policy) => policy(facts)), policies.some(measuresSize));
}

/** When all of the policies say so. */
export function allOf(...policies: readonly SnapshotPolicy[]): SnapshotPolicy {
  return measuring(
    (facts) => policies.length > 0 && policies.every((policy) => policy(facts)),
    policies.some(measuresSize),
  );
}

function measuresSize(policy: SnapshotPolicy): boolean {
  return policy.measuresSize === true;
}

function measuring(policy: SnapshotPolicy, measures: boolean): SnapshotPolicy {
  return measures ? Object.assign(policy, { measuresSize: true }) : policy;
}

/** @throws ConfigurationError */
function positive(name: string, value: number, what: string): void {
  if (!(value > 0)) throw new ConfigurationError(`${name}(${value}): expected ${what} above 0.`);
}
