// Reads the read model; rebuilds from events what it does not have yet, so that nobody is shown less than they were told.
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate } from '@app/event-store';
import { Payment } from '../../domain/payment.js';
import { viewOf, type PaymentView } from '../payment.view.js';
import { PAYMENT_SUMMARIES, type PaymentSummaries } from '../ports/payment-summaries.js';
import { GetPayment } from './get-payment.query.js';

@QueryHandler(GetPayment)
export class GetPaymentHandler implements IQueryHandler<GetPayment> {
  constructor(
    @InjectAggregate(Payment) private readonly payments: AggregateStore<Payment>,
    @Inject(PAYMENT_SUMMARIES) private readonly summaries: PaymentSummaries,
  ) {}

  /** Undefined when there is none. */
  async execute({ paymentId }: GetPayment): Promise<PaymentView | undefined> {
    const [row, version] = await Promise.all([this.summaries.find(paymentId), this.payments.version(paymentId)]);
    if (version === 0 || (row && row.version >= version)) return row;
    return viewOf(await this.payments.load(paymentId), await this.payments.history(paymentId));
  }
}
