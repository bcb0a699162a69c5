// The query strings of GET /orders and GET /orders/:id. Everything in a query string is text.
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { ORDER_STATUSES, type OrderStatus } from '../domain/order-status.js';
import { AS_OF_PATTERN, readAsOf } from './as-of.js';
import { IsReadable } from './fields.js';
import { readCursor } from './order-cursor.js';

export class GetOrderQueryDto {
  @ApiPropertyOptional({
    example: '1',
    pattern: AS_OF_PATTERN,
    description: 'A version, or an ISO 8601 time with offset: the order as it was then.',
  })
  @IsOptional()
  @IsReadable(readAsOf, 'must be a version from 1 or an ISO 8601 time with offset, like 2026-01-31T12:00:00Z')
  asOf?: string;
}

export class ListOrdersQueryDto {
  @ApiPropertyOptional({ enum: ORDER_STATUSES })
  @IsOptional()
  @IsIn(ORDER_STATUSES)
  status?: OrderStatus;

  @ApiPropertyOptional({ pattern: '^[A-Za-z0-9_-]+$', description: '`nextCursor` of the page before.' })
  @IsOptional()
  @IsReadable(readCursor, 'must be the nextCursor of a page before')
  cursor?: string;

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
