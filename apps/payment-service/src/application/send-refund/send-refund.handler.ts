// Only the gateway is asked, nothing of ours changes: a repeat is harmless, because it refunds once for each refund id.
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { PAYMENT_GATEWAY, type PaymentGateway } from '../ports/payment-gateway.js';
import { SendRefund } from './send-refund.command.js';

@CommandHandler(SendRefund)
export class SendRefundHandler implements ICommandHandler<SendRefund> {
  constructor(@Inject(PAYMENT_GATEWAY) private readonly gateway: PaymentGateway) {}

  execute({ paymentId, refundId, amount }: SendRefund): Promise<void> {
    return this.gateway.refund(paymentId, refundId, amount);
  }
}
