// Tests, demos and load send more requests than people do. They say so, and the limits of a service stay what they are for everybody else.
import type { RateLimits } from '../../libs/platform/src/http/throttle.js';

const MANY = 1_000_000_000;

export const noRateLimits: RateLimits = { windowSeconds: 1, perUser: MANY, perAddress: MANY };

/** The same for a service that is a process of its own. */
export const NO_RATE_LIMITS = { RATE_LIMIT_PER_USER: String(MANY), RATE_LIMIT_PER_ADDRESS: String(MANY) } as const;
