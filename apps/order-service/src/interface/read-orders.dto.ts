// The query strings of GET /orders and GET /orders/:id.
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IsOmittable, IsReadable, PageCursor, PageLimit } from '@app/platform';
import { ORDER_STATUSES, type OrderStatus } from '../domain/order-status.js';
import { AS_OF_PATTERN, readAsOf } from './as-of.js';
import { orderCursor } from './order-cursor.js';

export class GetOrderQueryDto {
  @ApiPropertyOptional({
    example: '1',
    pattern: AS_OF_PATTERN,
    description: 'A version, or an ISO 8601 time with offset: the order as it was then.',
  })
  @IsOmittable()
  @IsReadable(readAsOf, 'must be a version from 1 or an ISO 8601 time with offset, like 2026-01-31T12:00:00Z')
  asOf?: string;
}

export class ListOrdersQueryDto {
  @ApiPropertyOptional({ enum: ORDER_STATUSES })
  @IsOmittable()
  @IsIn(ORDER_STATUSES)
  status?: OrderStatus;

  @PageCursor(orderCursor)
  cursor?: string;

  @PageLimit()
  limit?: number;
}
