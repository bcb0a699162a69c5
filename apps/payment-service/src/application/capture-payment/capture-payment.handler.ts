// Two decisions with the gateway between them, outside any transaction. When the gateway does not answer, the whole command comes again:
// the first decision is remembered, and the gateway captures once for each payment id.
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate, type AppendResult } from '@app/event-store';
import { Payment } from '../../domain/payment.js';
import { PAYMENT_GATEWAY, type PaymentGateway } from '../ports/payment-gateway.js';
import { CapturePayment } from './capture-payment.command.js';

@CommandHandler(CapturePayment)
export class CapturePaymentHandler implements ICommandHandler<CapturePayment> {
  constructor(
    @InjectAggregate(Payment) private readonly payments: AggregateStore<Payment>,
    @Inject(PAYMENT_GATEWAY) private readonly gateway: PaymentGateway,
  ) {}

  // #region execute
  async execute({ orderId, amount }: CapturePayment): Promise<AppendResult> {
    const paymentId = orderId;
    const requested = await this.payments.createOrUpdate(paymentId, (payment) => payment.request(amount));
    if (!(await this.payments.load(paymentId)).awaitsOutcome) return requested;

    const answer = await this.gateway.capture(paymentId, amount);
    return this.payments.update(paymentId, (payment) =>
      answer.outcome === 'captured' ? payment.settleCaptured(answer.gatewayRef) : payment.settleDeclined(answer.reason),
    );
  }
  // #endregion execute
}
