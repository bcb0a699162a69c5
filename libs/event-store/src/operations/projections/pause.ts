// Keeps every process from working on a version of a projection, and lets them again. Recorded in the transaction that does it.
import { projectionName, splitSegmentName, type ProjectionKey } from '../../subscriptions/index.js';
import type { Order } from '../change-parked.js';
import type { OperatedContext } from '../operated-context.js';
import type { Operation } from '../operations-log.js';

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
  order: Order & { readonly reason: string },
): Promise<PauseOutcome> {
  const { actor: by, reason } = order;
  return change(context, projection, order, 'projection.pause', (key) => context.control.pause(key, { by, reason }));
}

/** Services take it up again within a poll. */
export function resumeProjection(
  context: OperatedContext,
  projection: ProjectionKey,
  order: Order,
): Promise<PauseOutcome> {
  return change(context, projection, order, 'projection.resume', (key) => context.control.resume(key));
}

async function change(
  context: OperatedContext,
  projection: ProjectionKey,
  { actor, reason, dryRun }: Order,
  action: Operation['action'],
  perform: (key: { name: string; log: 'events' | 'inbound' | 'outgoing' }) => Promise<boolean>,
): Promise<PauseOutcome> {
  const { checkpoints, unitOfWork, operations } = context;
  const name = projectionName(projection);
  const places = (await checkpoints.list()).filter((one) => splitSegmentName(one.name).projection === name);
  if (places.length === 0) return { outcome: 'absent' };
  const position = places.map(({ cursor }) => cursor.position).reduce((a, b) => (a < b ? a : b));
  const isPaused = places.every(({ paused }) => paused);
  if (dryRun) return { outcome: isPaused === (action === 'projection.pause') ? 'already' : 'done', position };
  const done = await unitOfWork.run(async () => {
    let changed = false;
    for (const { name: subscription, log } of places) changed = (await perform({ name: subscription, log })) || changed;
    const subject = `${context.name}/${name}`;
    if (changed) await operations.record({ actor, reason, action, subject, detail: { position: String(position) } });
    return changed;
  });
  return { outcome: done ? 'done' : 'already', position };
}
