// GET /orders/:id/history: who did what, when and why, event by event. Nothing of an event reaches a client that is not named here.
import type { Type } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { isErased } from '@app/event-store';
import { MoneyDto } from '@app/platform';
import type { HistoryEntry } from '../application/get-order-history/get-order-history.query.js';
import { OrderLineDto } from './order.dto.js';

class OrderPlacedDataDto {
  @ApiProperty({ example: 'alice' })
  customerId: string;

  @ApiProperty({ type: [OrderLineDto] })
  lines: OrderLineDto[];

  @ApiProperty({ type: MoneyDto })
  total: MoneyDto;

  @ApiPropertyOptional({ example: 'Please ring twice.' })
  note?: string;
}

class OrderConfirmedDataDto {
  @ApiProperty({ format: 'uuid' })
  paymentId: string;
}

class OrderCancelledDataDto {
  @ApiProperty({ example: 'Ordered twice.' })
  reason: string;

  @ApiProperty({
    enum: ['customer', 'operator', 'system'],
    description: 'system: the checkout, after a failed payment.',
  })
  by: string;
}

class OrderShippedDataDto {
  @ApiProperty({ example: 'DHL' })
  carrier: string;

  @ApiProperty({ example: '42' })
  trackingNumber: string;
}

interface Shown {
  readonly dto: Type;
  readonly fields: readonly string[];
}

const show = <D>(dto: Type<D>, ...fields: (keyof D & string)[]): Shown => ({ dto, fields });

/** What of each event is shown. An event that is new here shows nothing until it is named. */
export const shown: Readonly<Record<string, Shown>> = {
  'order.placed': show(OrderPlacedDataDto, 'customerId', 'lines', 'total', 'note'),
  'order.confirmed': show(OrderConfirmedDataDto, 'paymentId'),
  'order.cancelled': show(OrderCancelledDataDto, 'reason', 'by'),
  'order.shipped': show(OrderShippedDataDto, 'carrier', 'trackingNumber'),
};
const dataDtos = Object.values(shown).map(({ dto }) => dto);

@ApiExtraModels(...dataDtos)
export class HistoryEntryDto {
  @ApiProperty({ type: 'integer', example: 1 })
  version: number;

  @ApiProperty({ enum: Object.keys(shown) })
  type: string;

  @ApiProperty({ format: 'date-time' })
  at: Date;

  @ApiPropertyOptional({
    example: 'customer:alice',
    description: 'Who asked for it, as role:id, or which saga. To a customer other people are only a role: `operator`.',
  })
  actor?: string;

  @ApiPropertyOptional({
    example: 'case 4711',
    description: 'Why, where the command said so; what people typed is in data.',
  })
  reason?: string;

  @ApiProperty({
    example: '0198c0de-7a11-7000-8000-000000000001',
    description: 'The same for everything that followed from one request.',
  })
  correlationId: string;

  @ApiPropertyOptional({ format: 'uuid' })
  commandId?: string;

  @ApiProperty({
    description: 'What the event says, by its type.',
    oneOf: dataDtos.map((dto) => ({ $ref: getSchemaPath(dto) })),
  })
  data: object;

  @ApiPropertyOptional({
    type: [String],
    example: ['note'],
    description: 'Fields that are missing because their person was forgotten.',
  })
  erased?: string[];
}

export function toHistoryEntryDto(entry: HistoryEntry): HistoryEntryDto {
  const { version, type, at, actor, reason, correlationId, commandId } = entry;
  const values = Object.entries(entry.data).filter(([name]) => shown[type]?.fields.includes(name));
  const data = Object.fromEntries(values.filter(([, value]) => !isErased(value)));
  const gone = values.filter(([, value]) => isErased(value)).map(([name]) => name);
  const erased = gone.length > 0 ? gone : undefined;
  return { version, type, at, actor, reason, correlationId, commandId, data, erased };
}
