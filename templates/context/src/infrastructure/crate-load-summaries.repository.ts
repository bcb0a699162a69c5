// Reads crate_load_summary for the queries.
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, Repository, type FindOptionsWhere } from 'typeorm';
import type { CrateLoadView } from '../application/crate-load.view.js';
import type { CrateLoadFilter, CrateLoadSummaries } from '../application/ports/crate-load-summaries.js';
import { CrateLoadSummary } from './crate-load-summary.entity.js';

@Injectable()
export class CrateLoadSummariesRepository implements CrateLoadSummaries {
  constructor(@InjectRepository(CrateLoadSummary) private readonly rows: Repository<CrateLoadSummary>) {}

  async list(filter: CrateLoadFilter): Promise<{ view: CrateLoadView; place: bigint }[]> {
    const { openedBy, status, before, limit } = filter;
    const where: FindOptionsWhere<CrateLoadSummary> = {
      ...(openedBy !== undefined && { openedBy }),
      ...(status !== undefined && { status }),
      ...(before !== undefined && { openedPosition: LessThan(before) }),
    };
    const rows = await this.rows.find({ where, order: { openedPosition: 'DESC' }, take: limit });
    return rows.map((row) => ({ view: viewOf(row), place: row.openedPosition }));
  }
}

function viewOf(row: CrateLoadSummary): CrateLoadView {
  return {
    crateLoadId: row.id,
    subject: row.subject,
    openedBy: row.openedBy ?? undefined,
    status: row.status,
    closeReason: row.closeReason ?? undefined,
    version: row.version,
    openedAt: row.openedAt,
    updatedAt: row.updatedAt,
  };
}
