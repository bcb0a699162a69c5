// What the order service reads from its environment besides the platform's variables.
import { Max, Min } from 'class-validator';
import { Env } from '@app/platform';

export class OrderConfig {
  /** How long an order waits for its payment before it is cancelled, in milliseconds. */
  @Env('integer', { expected: 'milliseconds from 100 to 2592000000 (30 days)' })
  @Min(100)
  @Max(2_592_000_000)
  readonly PAYMENT_DEADLINE_MS: number = 900_000;
}
