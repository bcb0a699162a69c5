// The HTTP side of a service, without a database: guards, limits, validation, problem details, message context. Tests use it alone.
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { AccessGuard } from '../auth/access.guard.js';
import { RouteAudit } from '../auth/route-audit.js';
import { TokenVerifier, type AuthSettings } from '../auth/token-verifier.js';
import { KnownQueryInterceptor } from './known-query.interceptor.js';
import { MessageContextInterceptor } from './message-context.interceptor.js';
import { ProblemFilter } from './problem.filter.js';
import { KEY_LASTS_MS, KEY_TTL, RequestKeys } from './request-keys.js';
import { Throttle, UserThrottleGuard, type RateLimits } from './throttle.js';
import { validationPipe } from './validation.js';

@Module({})
export class HttpModule {
  /** `keyTtlMs`: how long an Idempotency-Key lasts. */
  static forRoot(auth: AuthSettings, limits: RateLimits, keyTtlMs = KEY_LASTS_MS): DynamicModule {
    return {
      module: HttpModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [
        { provide: TokenVerifier, useFactory: () => new TokenVerifier(auth) },
        { provide: Throttle, useFactory: () => new Throttle(limits) },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: UserThrottleGuard },
        { provide: APP_INTERCEPTOR, useClass: MessageContextInterceptor },
        { provide: APP_INTERCEPTOR, useClass: KnownQueryInterceptor },
        { provide: APP_PIPE, useFactory: validationPipe },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: KEY_TTL, useValue: keyTtlMs },
        RequestKeys,
        RouteAudit,
      ],
      exports: [RequestKeys, RouteAudit, Throttle],
    };
  }
}
