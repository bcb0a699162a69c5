// Private fact → public message. What is not named here is not published, and what people wrote stays here: it may name people.
import { Publish, Publisher, type EventContext } from '@app/event-store';
import { PaymentCapturedV1, paymentEvents, PaymentFailedV1, PaymentRefundedV1 } from '@app/contracts';
import { PaymentCaptured, PaymentFailed, PaymentRefunded } from '../domain/payment.events.js';

/** Keyed by order id, which is the payment's own. */
@Publisher(paymentEvents, { key: (_event, context) => context.stream.id })
export class PaymentPublisher {
  @Publish(PaymentCaptured)
  captured({ amount }: PaymentCaptured, { stream }: EventContext): PaymentCapturedV1 {
    return new PaymentCapturedV1(stream.id, stream.id, amount);
  }

  @Publish(PaymentFailed)
  failed({ reason }: PaymentFailed, { stream }: EventContext): PaymentFailedV1 {
    return new PaymentFailedV1(stream.id, stream.id, reason);
  }

  @Publish(PaymentRefunded)
  refunded({ refundId, amount, by }: PaymentRefunded, { stream }: EventContext): PaymentRefundedV1 {
    const reason = by === 'operator' ? 'refunded by an operator' : 'the order was cancelled';
    return new PaymentRefundedV1(stream.id, stream.id, amount, reason, refundId);
  }
}
