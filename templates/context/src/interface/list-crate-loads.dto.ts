// The query string of GET /crate-loads. Everything in a query string is text.
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { CRATE_LOAD_STATUSES, type CrateLoadStatus } from '../domain/crate-load-status.js';

export class ListCrateLoadsDto {
  @ApiPropertyOptional({ enum: CRATE_LOAD_STATUSES })
  @IsOptional()
  @IsIn(CRATE_LOAD_STATUSES)
  status?: CrateLoadStatus;

  @ApiPropertyOptional({ description: '`next` of the page before.' })
  @IsOptional()
  @Matches(/^[1-9]\d{0,17}$/, { message: '$property must be the next of a page before' })
  before?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 20 })
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
  )
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number;
}
