import { expect, it } from 'vitest';
import { loadConfig } from '@app/platform';
import { PaymentConfig } from './payment.config.js';

it('the payment service refuses troubles of the simulated gateway that it does not know', () => {
  expect(() => loadConfig([PaymentConfig], { GATEWAY_FAULTS: 'explode:1' })).toThrow(
    /GATEWAY_FAULTS: got "explode:1"; expected/,
  );
  expect(loadConfig([PaymentConfig], { GATEWAY_FAULTS: 'error-500:1' })[0].GATEWAY_FAULTS).toBe('error-500:1');
});

it('the payment service does not take money that never moves in production, unless it is told to', () => {
  const load = (environment: Record<string, string>) => loadConfig([PaymentConfig], environment);
  expect(() => load({ NODE_ENV: 'production' })).toThrow(/GATEWAY_SIMULATED: it is not set; expected/);
  expect(() => load({ NODE_ENV: 'production', GATEWAY_SIMULATED: 'false' })).toThrow(/GATEWAY_SIMULATED: got "false"/);
  expect(load({ NODE_ENV: 'production', GATEWAY_SIMULATED: 'true' })[0]).not.toHaveProperty('NODE_ENV');
  expect(load({ NODE_ENV: 'development' })[0].GATEWAY_SIMULATED).toBe(false);
});
