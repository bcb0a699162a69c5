// One payment, as it is.
import { Query } from '@nestjs/cqrs';
import type { PaymentView } from '../payment.view.js';

export class GetPayment extends Query<PaymentView | undefined> {
  constructor(readonly paymentId: string) {
    super();
  }
}
