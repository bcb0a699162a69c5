// What GET answers: nothing reaches a client that is not named here.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MoneyDto } from '@app/platform';
import type { OrderView } from '../application/order.view.js';
import type { OrderPage } from '../application/list-orders/list-orders.query.js';
import { ORDER_STATUSES, type OrderStatus } from '../domain/order-status.js';
import { orderCursor } from './order-cursor.js';

export class OrderLineDto {
  @ApiProperty({ example: 'coffee-beans' })
  sku: string;

  @ApiProperty({ example: 'Coffee beans, 1 kg' })
  name: string;

  @ApiProperty({ type: 'integer', example: 2 })
  quantity: number;

  @ApiProperty({ type: MoneyDto, description: 'As it was when the order was placed.' })
  unitPrice: MoneyDto;
}

export class OrderDto {
  @ApiProperty({ format: 'uuid' })
  orderId: string;

  @ApiProperty({ example: 'alice' })
  customerId: string;

  @ApiProperty({ enum: ORDER_STATUSES })
  status: OrderStatus;

  @ApiProperty({ type: 'integer', example: 2, description: 'Also the ETag.' })
  version: number;

  @ApiProperty({ type: [OrderLineDto] })
  lines: OrderLineDto[];

  @ApiProperty({ type: MoneyDto })
  total: MoneyDto;

  @ApiPropertyOptional({ example: 'Please ring twice.' })
  note?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  paymentId?: string;

  @ApiPropertyOptional({ example: 'Ordered twice.' })
  cancelReason?: string;

  @ApiPropertyOptional({ example: 'DHL' })
  carrier?: string;

  @ApiPropertyOptional({ example: '42' })
  trackingNumber?: string;

  @ApiProperty({ format: 'date-time' })
  placedAt: Date;

  @ApiProperty({ format: 'date-time', description: 'Time of the last event that is in here.' })
  updatedAt: Date;
}

export class OrderPageDto {
  @ApiProperty({ type: [OrderDto], description: 'Newest first.' })
  items: OrderDto[];

  @ApiPropertyOptional({
    example: orderCursor.write(4711n),
    description: 'Send it as `cursor` for the next page; missing on the last one.',
  })
  nextCursor?: string;
}

export function toOrderDto(view: OrderView): OrderDto {
  const { orderId, customerId, status, version, total, note, paymentId, cancelReason, carrier, trackingNumber } = view;
  const lines = view.lines.map(({ sku, name, quantity, unitPrice }) => ({ sku, name, quantity, unitPrice }));
  const times = { placedAt: view.placedAt, updatedAt: view.updatedAt };
  return {
    orderId,
    customerId,
    status,
    version,
    lines,
    total,
    note,
    paymentId,
    cancelReason,
    carrier,
    trackingNumber,
    ...times,
  };
}

export function toOrderPageDto({ orders, next }: OrderPage): OrderPageDto {
  return { items: orders.map(toOrderDto), nextCursor: orderCursor.write(next) };
}
