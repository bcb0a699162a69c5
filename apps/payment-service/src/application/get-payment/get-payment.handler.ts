// Nobody waits for a payment of their own making, so the read model alone answers.
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { PaymentView } from '../payment.view.js';
import { PAYMENT_SUMMARIES, type PaymentSummaries } from '../ports/payment-summaries.js';
import { GetPayment } from './get-payment.query.js';

@QueryHandler(GetPayment)
export class GetPaymentHandler implements IQueryHandler<GetPayment> {
  constructor(@Inject(PAYMENT_SUMMARIES) private readonly summaries: PaymentSummaries) {}

  execute({ paymentId }: GetPayment): Promise<PaymentView | undefined> {
    return this.summaries.find(paymentId);
  }
}
