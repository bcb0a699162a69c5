// A slow gateway must not keep the service from ending.
import type { DataSource } from 'typeorm';
import { expect, it } from 'vitest';
import { GatewayUnavailableError } from '../../application/ports/payment-gateway.js';
import { PaymentConfig } from './payment.config.js';
import { SimulatedGateway } from './simulated-gateway.js';

it.each([{ GATEWAY_DELAY_MS: 60_000 }, { GATEWAY_FAULTS: 'slow:60000' }])(
  'with %j a call fails at once when the service stops, and no money moves',
  async (environment) => {
    const untouched = {} as DataSource;
    const gateway = new SimulatedGateway(untouched, Object.assign(new PaymentConfig(), environment));
    const capture = gateway.capture('payment', { amountMinor: 1000, currency: 'EUR' });
    gateway.onModuleDestroy();
    await expect(capture).rejects.toBeInstanceOf(GatewayUnavailableError);
  },
);
