// The table of contents of the payment context: what it has, sorted.
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventStoreModule } from '@app/event-store';
import { CancelPaymentHandler } from './application/cancel-payment/cancel-payment.handler.js';
import { CapturePaymentHandler } from './application/capture-payment/capture-payment.handler.js';
import { GetPaymentHandler } from './application/get-payment/get-payment.handler.js';
import { PaymentSaga } from './application/payment.saga.js';
import { PAYMENT_GATEWAY } from './application/ports/payment-gateway.js';
import { PAYMENT_SUMMARIES } from './application/ports/payment-summaries.js';
import { RefundPaymentHandler } from './application/refund-payment/refund-payment.handler.js';
import { SendRefundHandler } from './application/send-refund/send-refund.handler.js';
import { Payment } from './domain/payment.js';
import { checkedGateway } from './infrastructure/gateway/checked-gateway.js';
import { SimulatedGateway } from './infrastructure/gateway/simulated-gateway.js';
import { PaymentMoneySource } from './infrastructure/payment-money.source.js';
import { PaymentSummariesRepository } from './infrastructure/payment-summaries.repository.js';
import { PaymentSummary } from './infrastructure/payment-summary.entity.js';
import { PaymentPublisher } from './infrastructure/payment.publisher.js';
import { PaymentsController } from './interface/payments.controller.js';
import { consumes, retired } from './context.js';
import { projections } from './projections.js';

const commandHandlers = [CancelPaymentHandler, CapturePaymentHandler, RefundPaymentHandler, SendRefundHandler];
const queryHandlers = [GetPaymentHandler];
const sagas = [PaymentSaga];
const adapters = [
  SimulatedGateway,
  { provide: PAYMENT_GATEWAY, useFactory: checkedGateway, inject: [SimulatedGateway] },
  { provide: PAYMENT_SUMMARIES, useClass: PaymentSummariesRepository },
];
const metrics = [PaymentMoneySource];

@Module({
  imports: [
    EventStoreModule.forFeature({
      aggregates: [Payment],
      projections,
      publishers: [PaymentPublisher],
      consumes,
      retired,
    }),
    TypeOrmModule.forFeature([PaymentSummary]),
  ],
  controllers: [PaymentsController],
  providers: [...commandHandlers, ...queryHandlers, ...sagas, ...adapters, ...metrics],
})
export class PaymentModule {}
