// What the payment service reads from its environment besides the platform's variables.
import { Max, Min, ValidateBy } from 'class-validator';
import { Env, TrueInProduction } from '@app/platform';
import { FAULTS_EXPECTED, parseGatewayFaults } from './gateway-fault.js';

export class PaymentConfig {
  /** That the gateway is meant to be the simulated one, which confirms orders and moves no money: in production the service does not start without it. */
  @Env('boolean', { expected: 'true or false; in production true, or a real gateway in its place' })
  @TrueInProduction()
  readonly GATEWAY_SIMULATED: boolean = false;

  /** How long every call of the simulated gateway takes, in milliseconds. */
  @Env('integer', { expected: 'milliseconds from 0 to 60000' })
  @Min(0)
  @Max(60_000)
  readonly GATEWAY_DELAY_MS: number = 0;

  /** How long the first capture takes whose amount ends in 77, in milliseconds: for payments that miss their deadline. */
  @Env('integer', { expected: 'milliseconds from 0 to 60000' })
  @Min(0)
  @Max(60_000)
  readonly GATEWAY_STALL_MS: number = 20_000;

  /** Troubles of the simulated gateway, for trials; none by default. */
  @Env('text', { expected: FAULTS_EXPECTED })
  @ValidateBy({
    name: 'areGatewayFaults',
    validator: { validate: (value) => typeof value === 'string' && parseGatewayFaults(value) !== undefined },
  })
  readonly GATEWAY_FAULTS: string = '';
}
