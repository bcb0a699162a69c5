// What GET answers: nothing reaches a client that is not named here.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { CrateLoadView } from '../application/crate-load.view.js';
import type { CrateLoadPage } from '../application/list-crate-loads/list-crate-loads.query.js';
import { CRATE_LOAD_STATUSES, type CrateLoadStatus } from '../domain/crate-load-status.js';
import { crateLoadCursor } from './crate-load-cursor.js';

export class CrateLoadDto {
  @ApiProperty({ format: 'uuid' })
  crateLoadId: string;

  @ApiProperty({ example: 'The first one' })
  subject: string;

  @ApiPropertyOptional({ example: 'alice', description: 'Missing when a message of another context asked for it.' })
  openedBy?: string;

  @ApiProperty({ enum: CRATE_LOAD_STATUSES })
  status: CrateLoadStatus;

  @ApiPropertyOptional({ example: 'It is no longer needed.' })
  closeReason?: string;

  @ApiProperty({ type: 'integer', example: 2, description: 'Also the ETag.' })
  version: number;

  @ApiProperty({ format: 'date-time' })
  openedAt: Date;

  @ApiProperty({ format: 'date-time', description: 'Time of the last event that is in here.' })
  updatedAt: Date;
}

export class CrateLoadPageDto {
  @ApiProperty({ type: [CrateLoadDto], description: 'Newest first.' })
  items: CrateLoadDto[];

  @ApiPropertyOptional({
    example: crateLoadCursor.write(4711n),
    description: 'Send it as `cursor` for the next page; missing on the last one.',
  })
  nextCursor?: string;
}

export function toCrateLoadDto(view: CrateLoadView): CrateLoadDto {
  const { crateLoadId, subject, openedBy, status, closeReason, version, openedAt, updatedAt } = view;
  return { crateLoadId, subject, openedBy, status, closeReason, version, openedAt, updatedAt };
}

export function toCrateLoadPageDto({ views, next }: CrateLoadPage): CrateLoadPageDto {
  return { items: views.map(toCrateLoadDto), nextCursor: crateLoadCursor.write(next) };
}
