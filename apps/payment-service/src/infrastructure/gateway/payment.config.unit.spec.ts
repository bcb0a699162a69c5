import { expect, it } from 'vitest';
import { loadConfig } from '@app/platform';
import { PaymentConfig } from './payment.config.js';

it('the payment service refuses troubles of the simulated gateway that it does not know', () => {
  expect(() => loadConfig([PaymentConfig], { GATEWAY_FAULTS: 'explode:1' })).toThrow(
    /GATEWAY_FAULTS: got "explode:1"; expected/,
  );
  expect(loadConfig([PaymentConfig], { GATEWAY_FAULTS: 'error-500:1' })[0].GATEWAY_FAULTS).toBe('error-500:1');
});
