// One payment, as the read model has it.
import { Query } from '@nestjs/cqrs';
import type { PaymentView } from '../payment.view.js';

export class GetPayment extends Query<PaymentView | undefined> {
  constructor(readonly paymentId: string) {
    super();
  }
}
