// What the freight depot service reads from its environment besides the platform's variables.
import { Max, Min } from 'class-validator';
import { Env } from '@app/platform';

export class FreightDepotConfig {
  /** How long a crate load stays open before it is closed, in milliseconds. */
  @Env('integer', { expected: 'milliseconds from 100 to 2592000000 (30 days)' })
  @Min(100)
  @Max(2_592_000_000)
  readonly FREIGHT_DEPOT_CLOSE_AFTER_MS: number = 604_800_000;
}
