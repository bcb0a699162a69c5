// Keeps every process from working on a version of a projection, and lets them again. Recorded with what does it.
import { projectionName, splitSegmentName, type ProjectionKey } from '../../subscriptions/index.js';
import type { ReasonedOrder } from '../change-parked.js';
import type { OperatedContext } from '../operated-context.js';

export type PauseOutcome =
  | { readonly outcome: 'done'; readonly position: bigint }
  /** It was so before; nothing was done. */
  | { readonly outcome: 'already'; readonly position: bigint }
  /** No such version has ever run on this database. */
  | { readonly outcome: 'absent' };

/** What a service has open on it rolls back, and nothing of it commits until it is resumed. */
export function pauseProjection(
  context: OperatedContext,
  projection: ProjectionKey,
  order: ReasonedOrder,
): Promise<PauseOutcome> {
  return change(context, projection, order, 'pause');
}

/** Services take it up again within a poll. */
export function resumeProjection(
  context: OperatedContext,
  projection: ProjectionKey,
  order: ReasonedOrder,
): Promise<PauseOutcome> {
  return change(context, projection, order, 'resume');
}

async function change(
  { checkpoints, changes }: OperatedContext,
  projection: ProjectionKey,
  { dryRun, ...by }: ReasonedOrder,
  what: 'pause' | 'resume',
): Promise<PauseOutcome> {
  const name = projectionName(projection);
  const places = (await checkpoints.list()).filter((one) => splitSegmentName(one.name).projection === name);
  if (places.length === 0) return { outcome: 'absent' };
  const position = places.map(({ cursor }) => cursor.position).reduce((a, b) => (a < b ? a : b));
  const isPaused = places.every(({ paused }) => paused);
  const done = dryRun ? isPaused !== (what === 'pause') : await changes.projection(what, name, by);
  return { outcome: done ? 'done' : 'already', position };
}
