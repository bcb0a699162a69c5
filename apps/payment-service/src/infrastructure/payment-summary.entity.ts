// One row a payment: what look-ups read. Written only by the projection, and reproducible from events at any time.
import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';
import type { PaymentStatus } from '../domain/payment.js';

/** The driver gives bigint as text; minor units fit a number, because contracts and domain refuse what does not. */
const minorUnits: ValueTransformer = {
  to: (value: number | null) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};

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
  @Column('bigint', { name: 'amount_minor', nullable: true, transformer: minorUnits })
  amountMinor: number | null;

  @Column('text', { nullable: true })
  currency: string | null;

  @Column('bigint', { name: 'captured_minor', default: 0, transformer: minorUnits })
  capturedMinor: number;

  @Column('bigint', { name: 'refunded_minor', default: 0, transformer: minorUnits })
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
