// An operator may name the version they looked at. The refund has an id of its own, since several partial ones may follow one another.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate, type AppendResult } from '@app/event-store';
import { assertVersion } from '@app/kernel';
import { Payment } from '../../domain/payment.js';
import { RefundPayment } from './refund-payment.command.js';

@CommandHandler(RefundPayment)
export class RefundPaymentHandler implements ICommandHandler<RefundPayment> {
  constructor(@InjectAggregate(Payment) private readonly payments: AggregateStore<Payment>) {}

  execute({ paymentId, refundId, amountMinor, reason, expectedVersion }: RefundPayment): Promise<AppendResult> {
    return this.payments.update(paymentId, (payment) => {
      assertVersion(expectedVersion, payment.version);
      payment.refund(refundId, amountMinor, reason);
    });
  }
}
