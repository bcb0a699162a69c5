// One row an order: what lists and look-ups read. Written only by the projection, and reproducible from events at any time.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { MinorUnitsColumn, PositionColumn } from '@app/platform/database';
import type { OrderLine } from '../domain/order-line.js';
import type { OrderStatus } from '../domain/order-status.js';

@Entity('order_summary')
export class OrderSummary {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text', { name: 'customer_id' })
  customerId: string;

  @Column('text')
  status: OrderStatus;

  @Column('integer')
  version: number;

  @Column('jsonb')
  lines: readonly OrderLine[];

  @MinorUnitsColumn('total_minor')
  totalMinor: number;

  @Column('text')
  currency: string;

  @Column('text', { nullable: true })
  note: string | null;

  @Column('text', { name: 'payment_id', nullable: true })
  paymentId: string | null;

  @Column('text', { name: 'cancel_reason', nullable: true })
  cancelReason: string | null;

  @Column('text', { nullable: true })
  carrier: string | null;

  @Column('text', { name: 'tracking_number', nullable: true })
  trackingNumber: string | null;

  /** Position of order.placed: lists are sorted by it, and pages go on from it. */
  @PositionColumn('placed_position')
  placedPosition: bigint;

  @Column('timestamptz', { name: 'placed_at' })
  placedAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
