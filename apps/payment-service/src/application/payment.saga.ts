// What an order means for its payment, and a decided refund for the gateway. Stateless: one event in, one command out.
import { Injectable } from '@nestjs/common';
import { ofType, type IEvent } from '@nestjs/cqrs';
import { map, type Observable } from 'rxjs';
import { OrderCancelledV1, OrderPlacedV1 } from '@app/contracts';
import { DurableSaga } from '@app/event-store';
import { PaymentRefunded } from '../domain/payment.events.js';
import { CancelPayment } from './cancel-payment/cancel-payment.command.js';
import { CapturePayment } from './capture-payment/capture-payment.command.js';
import { SendRefund } from './send-refund/send-refund.command.js';

@Injectable()
export class PaymentSaga {
  // #region capture
  @DurableSaga('payment-capture-placed')
  capturePlaced = (events$: Observable<IEvent>): Observable<CapturePayment> =>
    events$.pipe(
      ofType(OrderPlacedV1),
      map(({ orderId, total }) => new CapturePayment(orderId, total)),
    );
  // #endregion capture

  @DurableSaga('payment-cancel-cancelled')
  cancelCancelled = (events$: Observable<IEvent>): Observable<CancelPayment> =>
    events$.pipe(
      ofType(OrderCancelledV1),
      map(({ orderId, reason }) => new CancelPayment(orderId, reason)),
    );

  @DurableSaga('payment-send-refunds')
  sendRefunds = (events$: Observable<IEvent>): Observable<SendRefund> =>
    events$.pipe(
      ofType(PaymentRefunded),
      map(({ paymentId, refundId, amount }) => new SendRefund(paymentId, refundId, amount)),
    );
}
