// The payment service: hands its module to the platform.
import { bootstrap } from '@app/platform';
import { PaymentConfig } from './infrastructure/gateway/payment.config.js';
import { migrations } from './infrastructure/migrations/index.js';
import { PaymentModule } from './payment.module.js';

await bootstrap(PaymentModule, {
  name: 'payment-service',
  description: 'Takes the money for orders, and gives it back.',
  migrations,
  config: PaymentConfig,
});
