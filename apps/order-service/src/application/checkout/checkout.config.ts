// What the checkout has to be told; where it comes from is the module's affair.
export class CheckoutConfig {
  constructor(
    /** How long an order waits for its payment before it is cancelled, in milliseconds. */
    readonly paymentDeadlineMs: number,
  ) {}
}
