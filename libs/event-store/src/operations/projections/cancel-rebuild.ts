// Takes a version that has never served out again: its rows, its checkpoint, what it has set aside, in one transaction.
import type { Order } from '../change-parked.js';
import type { OperatedContext } from '../operated-context.js';
import { projectionName } from '../../subscriptions/index.js';
import { claim, release } from './claim.js';
import { ProjectionRefusedError } from './errors.js';
import type { OperatedProjection, ReadModelTables } from './operated-projection.js';

export interface CancelOptions extends Order {
  readonly projection: OperatedProjection;
  readonly inboundTypes: ReadonlySet<string>;
  readonly tables: ReadModelTables;
  readonly owner: string;
  readonly leaseTtlMs?: number;
}

/** How many rows were deleted; 0 too when there was nothing. @throws ProjectionBusyError | ProjectionRefusedError */
export async function cancelRebuild(context: OperatedContext, options: CancelOptions): Promise<number> {
  const { projection, tables, actor, reason, dryRun } = options;
  const { unitOfWork, versions, control, logs, operations } = context;
  const find = async () => (await versions.lock(projection.name)).find(({ version }) => version === projection.version);
  const refuse = (state: string) => {
    const other = `It is ${state === 'serving' ? 'read' : 'kept for a way back'}: raise the version in @Projection, with tables of its own, and build that one.`;
    return new ProjectionRefusedError(projection, `is ${state} and cannot be emptied. ${other}`);
  };
  const before = await unitOfWork.run(find);
  if (!before) return 0;
  if (before.state !== 'building') throw refuse(before.state);
  if (projection.tables.length === 0) throw new ProjectionRefusedError(projection, NO_TABLES);
  if (dryRun) return 0;
  const leases = await claim(context, { ...options, ttlMs: options.leaseTtlMs ?? 60_000 });
  try {
    return await unitOfWork.run(async ({ db }) => {
      const found = await find();
      if (found && found.state !== 'building') throw refuse(found.state); // it has become level meanwhile
      const rows = await tables.empty(db);
      for (const lease of leases) await control.restart(lease, await logs[lease.log].beginning());
      await versions.forget(projection);
      const subject = `${context.name}/${projectionName(projection)}`;
      await operations.record({ actor, reason, action: 'projection.cancel', subject, detail: { rows } });
      return rows;
    });
  } finally {
    await release(context, leases);
  }
}

export const NO_TABLES =
  'does not say which tables it writes. Name their entities: @Projection(…, { version, tables: [TheEntity] }).';
