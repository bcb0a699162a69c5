// How many requests are taken of one address and of one user. Addresses are counted before anything else is done, so that guessing tokens
// and asking for what is not there count as well; users as soon as it is known who they are. Each process counts for itself.
import { Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { userOf } from '../auth/current-user.js';
import { networkOf } from './network-of.js';
import { ProblemException } from './problem.js';
import { RateLimiter } from './rate-limiter.js';

export interface RateLimits {
  readonly windowSeconds: number;
  /** Requests in a window. */
  readonly perUser: number;
  readonly perAddress: number;
}

/** Orchestrators ask as often as they like: by the route's pattern, or the path of the API docs. */
export function isExempt(route: string | undefined): boolean {
  return route === '/health/live' || route === '/health/ready';
}

@Injectable()
export class Throttle {
  private readonly addresses: RateLimiter;
  private readonly users: RateLimiter;

  constructor({ windowSeconds, perUser, perAddress }: RateLimits) {
    const windowMs = windowSeconds * 1_000;
    this.addresses = new RateLimiter({ limit: perAddress, windowMs });
    this.users = new RateLimiter({ limit: perUser, windowMs });
  }

  /** @throws ProblemException 429 */
  countAddress({ ip, routeOptions }: FastifyRequest): void {
    if (!isExempt(routeOptions.url)) refuseIf(this.addresses.waitOf(networkOf(ip)));
  }

  /** @throws ProblemException 429 */
  countUser(request: FastifyRequest): void {
    const user = userOf(request);
    if (user) refuseIf(this.users.waitOf(user.id));
  }
}

/** Behind the guard that finds out who asks. */
@Injectable()
export class UserThrottleGuard implements CanActivate {
  constructor(private readonly throttle: Throttle) {}

  canActivate(execution: ExecutionContext): boolean {
    this.throttle.countUser(execution.switchToHttp().getRequest<FastifyRequest>());
    return true;
  }
}

/** Behind the hook that gives the answer its correlation id. */
export function throttleAddresses(fastify: FastifyInstance, throttle: Throttle): void {
  const hint = once(() =>
    new Logger('http').warn(
      'A request with X-Forwarded-For was refused with 429. Where a proxy of yours sent it, name the proxy in TRUST_PROXY: ' +
        'until then everybody behind it counts as one address.',
    ),
  );
  fastify.addHook('onRequest', (request, _reply, done) => {
    try {
      throttle.countAddress(request);
    } catch (error) {
      if (request.headers['x-forwarded-for'] !== undefined && request.ips === undefined) hint();
      done(error as Error);
      return;
    }
    done();
  });
}

function refuseIf(waitSeconds: number | undefined): void {
  if (waitSeconds === undefined) return;
  throw new ProblemException({
    status: 429,
    code: 'too-many-requests',
    detail:
      'You have sent more requests than this service takes from one caller. Wait as many seconds as Retry-After says.',
    headers: { 'retry-after': String(waitSeconds) },
  });
}

function once(say: () => void): () => void {
  let said = false;
  return () => {
    if (said) return;
    said = true;
    say();
  };
}
