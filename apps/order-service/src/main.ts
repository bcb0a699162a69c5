// The order service: hands its module to the platform.
import { bootstrap } from '@app/platform';
import { migrations } from './infrastructure/migrations/index.js';
import { OrderConfig } from './infrastructure/order.config.js';
import { OrderModule } from './order.module.js';

await bootstrap(OrderModule, {
  name: 'order-service',
  description: 'Places, confirms, ships and cancels orders.',
  migrations,
  config: OrderConfig,
});
