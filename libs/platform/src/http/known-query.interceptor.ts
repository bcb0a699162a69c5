// A query parameter that a route does not know is a mistake of the caller, on every route: validation says so where there is a query DTO,
// this everywhere else.
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { ProblemException } from './problem.js';

/** After the guards, so that whoever may not ask learns nothing about what could be asked. */
@Injectable()
export class KnownQueryInterceptor implements NestInterceptor {
  /** @throws ProblemException 400 naming the fields, like a DTO would. */
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { query } = execution.switchToHttp().getRequest<FastifyRequest>();
    const given = Object.keys(query ?? {});
    if (given.length > 0) {
      const known = knownTo(execution);
      const unknown = known === 'a DTO' ? [] : given.filter((name) => !known.includes(name));
      if (unknown.length > 0) throw refusal(unknown);
    }
    return next.handle();
  }
}

function refusal(unknown: readonly string[]): ProblemException {
  return new ProblemException({
    status: 400,
    code: 'validation-failed',
    detail: 'Some fields are not right; see errors.',
    errors: unknown
      .slice(0, 10)
      .map((name) => ({ field: name.slice(0, 100), rule: 'whitelistValidation', message: 'there is no such field' })),
  });
}

/** The names of `@Query('name')`; a bare `@Query()` takes the whole query, which the validation pipe checks. */
function knownTo(execution: ExecutionContext): readonly string[] | 'a DTO' {
  const args = Reflect.getMetadata(ROUTE_ARGS_METADATA, execution.getClass(), execution.getHandler().name) as
    Readonly<Record<string, { readonly data?: unknown }>> | undefined;
  const names = Object.entries(args ?? {})
    .filter(([key]) => key.startsWith(`${RouteParamtypes.QUERY}:`))
    .map(([, { data }]) => data);
  return names.every((name) => typeof name === 'string') ? names : 'a DTO';
}
