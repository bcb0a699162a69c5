// Tokens found good a moment ago. A signature costs more to check than the rest of a small request, and a caller sends the same token many times.

/** A key that is taken out of the key set may be good for this long yet, in milliseconds. */
const REMEMBERED_MS = 10_000;
/** When there are more, all are checked anew. */
const MOST = 1_000;

export interface GoodToken<T> {
  readonly of: T;
  /** Its `exp`, in seconds since 1970. */
  readonly expiresAt: number;
}

/** Only what is good is remembered, and never beyond its own `exp`: whoever tries tokens pays for each of them. */
export class GoodTokens<T> {
  private readonly known = new Map<string, { readonly of: T; readonly untilMs: number }>();

  /** `check` throws when a token is not good; `now`: milliseconds since 1970. */
  constructor(
    private readonly check: (token: string) => Promise<GoodToken<T>>,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws whatever the check throws. */
  async of(token: string): Promise<T> {
    const known = this.known.get(token);
    const at = this.now();
    if (known && at < known.untilMs && at >= known.untilMs - REMEMBERED_MS) return known.of;
    const { of, expiresAt } = await this.check(token);
    this.known.delete(token);
    if (this.known.size >= MOST) this.known.clear();
    this.known.set(token, { of, untilMs: Math.min(at + REMEMBERED_MS, expiresAt * 1_000) });
    return of;
  }
}
