// One row a payment: what look-ups read. Written only by the projection, and reproducible from events at any time.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { MinorUnitsColumn } from '@app/platform/database';
import type { PaymentStatus } from '../domain/payment.js';

@Entity('payment_summary')
export class PaymentSummary {
  /** The order's id, too. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  status: PaymentStatus;

  @Column('integer')
  version: number;

  /** Null until the payment is requested. */
  @MinorUnitsColumn('amount_minor', { nullable: true })
  amountMinor: number | null;

  @Column('text', { nullable: true })
  currency: string | null;

  @MinorUnitsColumn('captured_minor', { default: 0 })
  capturedMinor: number;

  @MinorUnitsColumn('refunded_minor', { default: 0 })
  refundedMinor: number;

  @Column('text', { name: 'gateway_ref', nullable: true })
  gatewayRef: string | null;

  @Column('text', { name: 'failure_reason', nullable: true })
  failureReason: string | null;

  @Column('text', { name: 'cancel_reason', nullable: true })
  cancelReason: string | null;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
