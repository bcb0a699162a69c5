// What GET answers: nothing reaches a client that is not named here.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MoneyDto } from '@app/platform';
import type { PaymentView } from '../application/payment.view.js';
import type { PaymentStatus } from '../domain/payment.js';

export class PaymentDto {
  @ApiProperty({ format: 'uuid', description: 'The same as orderId: an order has one payment.' })
  paymentId: string;

  @ApiProperty({ format: 'uuid' })
  orderId: string;

  @ApiProperty({
    enum: ['requested', 'captured', 'failed', 'refunded', 'cancelled'],
    description: 'refunded: in whole.',
  })
  status: PaymentStatus;

  @ApiProperty({ type: 'integer', example: 2, description: 'Also the ETag.' })
  version: number;

  @ApiPropertyOptional({
    type: MoneyDto,
    description: 'What the order costs. Missing, like the next two, when nothing was ever requested.',
  })
  amount?: MoneyDto;

  @ApiPropertyOptional({ type: MoneyDto })
  captured?: MoneyDto;

  @ApiPropertyOptional({ type: MoneyDto })
  refunded?: MoneyDto;

  @ApiPropertyOptional({ example: 'sim-0198c0de-7a11-7000-8000-000000000001' })
  gatewayRef?: string;

  @ApiPropertyOptional({ example: 'the payment was declined' })
  failureReason?: string;

  @ApiPropertyOptional({ example: 'cancelled by the customer' })
  cancelReason?: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt: Date;
}

export class PaymentsDto {
  @ApiProperty({ type: [PaymentDto], description: 'At most one: an order has one payment.' })
  items: PaymentDto[];
}

export function toPaymentDto(view: PaymentView): PaymentDto {
  const { paymentId, orderId, status, version, amount, captured, refunded, updatedAt } = view;
  const { gatewayRef, failureReason, cancelReason } = view;
  return {
    paymentId,
    orderId,
    status,
    version,
    amount,
    captured,
    refunded,
    gatewayRef,
    failureReason,
    cancelReason,
    updatedAt,
  };
}
