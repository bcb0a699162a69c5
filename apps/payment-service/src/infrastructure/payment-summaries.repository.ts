// Reads payment_summary for the queries.
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { money } from '@app/kernel';
import type { PaymentView } from '../application/payment.view.js';
import type { PaymentSummaries } from '../application/ports/payment-summaries.js';
import { PaymentSummary } from './payment-summary.entity.js';

@Injectable()
export class PaymentSummariesRepository implements PaymentSummaries {
  constructor(@InjectRepository(PaymentSummary) private readonly rows: Repository<PaymentSummary>) {}

  async find(paymentId: string): Promise<PaymentView | undefined> {
    const row = await this.rows.findOneBy({ id: paymentId });
    return row ? viewOf(row) : undefined;
  }
}

function viewOf(row: PaymentSummary): PaymentView {
  const { amountMinor, currency } = row;
  return {
    paymentId: row.id,
    orderId: row.id,
    status: row.status,
    version: row.version,
    ...(amountMinor !== null &&
      currency !== null && {
        amount: money(amountMinor, currency),
        captured: money(row.capturedMinor, currency),
        refunded: money(row.refundedMinor, currency),
      }),
    gatewayRef: row.gatewayRef ?? undefined,
    failureReason: row.failureReason ?? undefined,
    cancelReason: row.cancelReason ?? undefined,
    updatedAt: row.updatedAt,
  };
}
