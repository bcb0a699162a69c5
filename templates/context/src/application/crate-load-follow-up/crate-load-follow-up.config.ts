// What the follow-up has to be told; where it comes from is the module's affair.
export class CrateLoadFollowUpConfig {
  constructor(
    /** How long a crate load stays open before it is closed, in milliseconds. */
    readonly closeAfterMs: number,
  ) {}
}
