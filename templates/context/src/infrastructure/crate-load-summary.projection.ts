// Keeps crate_load_summary: the row and the checkpoint commit together.
import type { EntityManager } from 'typeorm';
import { On, Projection, type EventContext } from '@app/event-store';
import { CrateLoadClosed, CrateLoadOpened } from '../domain/crate-load.events.js';
import { CrateLoadSummary } from './crate-load-summary.entity.js';

@Projection('crate-load-summary', { version: 1, tables: [CrateLoadSummary], streamKey: 'id' })
export class CrateLoadSummaryProjection {
  @On(CrateLoadOpened)
  async opened({ subject, openedBy }: CrateLoadOpened, context: EventContext, db: EntityManager): Promise<void> {
    const { stream, version, time, position } = context;
    await db.insert(CrateLoadSummary, {
      id: stream.id,
      subject,
      openedBy: openedBy ?? null,
      status: 'open',
      version,
      openedPosition: position,
      openedAt: time,
      updatedAt: time,
    });
  }

  @On(CrateLoadClosed)
  async closed({ reason }: CrateLoadClosed, context: EventContext, db: EntityManager): Promise<void> {
    const { stream, version, time } = context;
    const change = { status: 'closed', closeReason: reason, version, updatedAt: time } as const;
    await db.update(CrateLoadSummary, { id: stream.id }, change);
  }
}
