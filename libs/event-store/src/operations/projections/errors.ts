// Why a read model cannot be worked on now.
import { EventStoreError, type SubscriptionStatus } from '../../core/index.js';
import { projectionName, type ProjectionKey } from '../../subscriptions/index.js';

/** Somebody else works on the projection and keeps its lease. */
export class ProjectionBusyError extends EventStoreError {
  readonly code = 'ES-1801';
  constructor({ name, log, owner }: Pick<SubscriptionStatus, 'name' | 'log' | 'owner'>) {
    super(
      `${owner ?? 'Somebody else'} works on ${name} (${log}) and keeps its lease. It goes on from the same checkpoint: let it, or stop it first.`,
    );
  }
}

/** An operator has paused the projection. */
export class ProjectionPausedError extends EventStoreError {
  readonly code = 'ES-1802';
  constructor({ name, paused }: Pick<SubscriptionStatus, 'name' | 'paused'>) {
    const by = paused ? ` by ${paused.by} since ${paused.since.toISOString()}: ${paused.reason}` : '';
    super(`${name} is paused${by}. Resume it first (npm run es -- projections resume ${name}).`);
  }
}

/** It would be wrong, whoever asks. */
export class ProjectionRefusedError extends EventStoreError {
  readonly code = 'ES-1803';
  constructor(projection: ProjectionKey, why: string) {
    super(`${projectionName(projection)} ${why}`);
  }
}
