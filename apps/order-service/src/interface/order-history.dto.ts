// GET /orders/:id/history: who did what, when and why, event by event.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class HistoryEntryDto {
  @ApiProperty({ type: 'integer', example: 1 })
  version: number;

  @ApiProperty({ example: 'order.placed' })
  type: string;

  @ApiProperty({ format: 'date-time' })
  at: Date;

  @ApiPropertyOptional({ example: 'customer:alice', description: 'Who asked for it.' })
  actor?: string;

  @ApiPropertyOptional({ description: 'Why, in their words.' })
  reason?: string;

  @ApiProperty({ description: 'The same for everything that followed from one request.' })
  correlationId: string;

  @ApiPropertyOptional({ format: 'uuid' })
  commandId?: string;

  @ApiProperty({ type: 'object', additionalProperties: true })
  data: object;
}
