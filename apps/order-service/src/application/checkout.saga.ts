// What a payment means for its order. Stateless: one event in, one command out, each under a stable name of its own.
import { Injectable } from '@nestjs/common';
import { ofType, type IEvent } from '@nestjs/cqrs';
import { map, type Observable } from 'rxjs';
import { PaymentCapturedV1, PaymentFailedV1 } from '@app/contracts';
import { DurableSaga } from '@app/event-store';
import { CancelOrder } from './cancel-order/cancel-order.command.js';
import { ConfirmOrder } from './confirm-order/confirm-order.command.js';

@Injectable()
export class CheckoutSaga {
  @DurableSaga('checkout-confirm-paid')
  confirmPaid = (events$: Observable<IEvent>): Observable<ConfirmOrder> =>
    events$.pipe(
      ofType(PaymentCapturedV1),
      map(({ orderId, paymentId, amount }) => new ConfirmOrder(orderId, paymentId, amount)),
    );

  @DurableSaga('checkout-cancel-unpaid')
  cancelUnpaid = (events$: Observable<IEvent>): Observable<CancelOrder> =>
    events$.pipe(
      ofType(PaymentFailedV1),
      map(({ orderId, reason }) => new CancelOrder(orderId, reason)),
    );
}
