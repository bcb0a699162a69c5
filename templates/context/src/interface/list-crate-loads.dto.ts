// The query string of GET /crate-loads.
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IsOmittable, PageCursor, PageLimit } from '@app/platform';
import { CRATE_LOAD_STATUSES, type CrateLoadStatus } from '../domain/crate-load-status.js';
import { crateLoadCursor } from './crate-load-cursor.js';

export class ListCrateLoadsDto {
  @ApiPropertyOptional({ enum: CRATE_LOAD_STATUSES })
  @IsOmittable()
  @IsIn(CRATE_LOAD_STATUSES)
  status?: CrateLoadStatus;

  @PageCursor(crateLoadCursor)
  cursor?: string;

  @PageLimit()
  limit?: number;
}
