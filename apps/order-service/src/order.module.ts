// The table of contents of the order context: what it has, sorted.
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventStoreModule } from '@app/event-store';
import { CancelOrderHandler } from './application/cancel-order/cancel-order.handler.js';
import { CheckoutConfig } from './application/checkout/checkout.config.js';
import { Checkout } from './application/checkout/checkout.process.js';
import { ConfirmOrderHandler } from './application/confirm-order/confirm-order.handler.js';
import { GetOrderHistoryHandler } from './application/get-order-history/get-order-history.handler.js';
import { GetOrderHandler } from './application/get-order/get-order.handler.js';
import { ListOrdersHandler } from './application/list-orders/list-orders.handler.js';
import { PlaceOrderHandler } from './application/place-order/place-order.handler.js';
import { ORDER_SUMMARIES } from './application/ports/order-summaries.js';
import { PRICE_LIST } from './application/ports/price-list.js';
import { ShipOrderHandler } from './application/ship-order/ship-order.handler.js';
import { Order } from './domain/order.js';
import { OrderConfig } from './infrastructure/order.config.js';
import { OrderSummariesRepository } from './infrastructure/order-summaries.repository.js';
import { OrderSummary } from './infrastructure/order-summary.entity.js';
import { OrderPublisher } from './infrastructure/order.publisher.js';
import { PriceListEntry } from './infrastructure/price-list.entity.js';
import { PriceListRepository } from './infrastructure/price-list.repository.js';
import { OrdersController } from './interface/orders.controller.js';
import { consumes, retired } from './context.js';
import { projections } from './projections.js';

const commandHandlers = [CancelOrderHandler, ConfirmOrderHandler, PlaceOrderHandler, ShipOrderHandler];
const queryHandlers = [GetOrderHandler, GetOrderHistoryHandler, ListOrdersHandler];
const adapters = [
  { provide: ORDER_SUMMARIES, useClass: OrderSummariesRepository },
  { provide: PRICE_LIST, useClass: PriceListRepository },
];
const checkoutConfig = {
  provide: CheckoutConfig,
  inject: [OrderConfig],
  useFactory: ({ PAYMENT_DEADLINE_MS }: OrderConfig) => new CheckoutConfig(PAYMENT_DEADLINE_MS),
};

@Module({
  imports: [
    EventStoreModule.forFeature({
      aggregates: [Order],
      projections,
      processes: [Checkout],
      providers: [checkoutConfig],
      publishers: [OrderPublisher],
      consumes,
      retired,
    }),
    TypeOrmModule.forFeature([OrderSummary, PriceListEntry]),
  ],
  controllers: [OrdersController],
  providers: [...commandHandlers, ...queryHandlers, ...adapters],
})
export class OrderModule {}
