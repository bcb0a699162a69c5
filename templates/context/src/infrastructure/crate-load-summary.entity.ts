// One row for each crate load: what lists read. Written only by the projection, and reproducible from events at any time.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { PositionColumn } from '@app/platform/database';
import type { CrateLoadStatus } from '../domain/crate-load-status.js';

@Entity('crate_load_summary')
export class CrateLoadSummary {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  subject: string;

  @Column('text', { name: 'opened_by', nullable: true })
  openedBy: string | null;

  @Column('text')
  status: CrateLoadStatus;

  @Column('text', { name: 'close_reason', nullable: true })
  closeReason: string | null;

  @Column('integer')
  version: number;

  /** Position of crate-load.opened: lists are sorted by it, and pages go on from it. */
  @PositionColumn('opened_position')
  openedPosition: bigint;

  @Column('timestamptz', { name: 'opened_at' })
  openedAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
