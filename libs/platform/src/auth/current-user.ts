// Who asks: set by the guard, read by controllers, the message context and the command id.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

export interface AuthenticatedUser {
  /** The token's `sub`. */
  readonly id: string;
  readonly roles: readonly string[];
}

interface Caller {
  readonly user: AuthenticatedUser;
  /** The role that opened the route. */
  readonly role: string;
}

const callers = new WeakMap<object, Caller>();

/** For the guard. */
export function setCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** Undefined on public routes and before the guard. */
export function userOf(request: FastifyRequest): AuthenticatedUser | undefined {
  return callers.get(request)?.user;
}

/** `<role>:<sub>`, as events remember it. */
export function actorOf(request: FastifyRequest): string | undefined {
  const caller = callers.get(request);
  return caller && `${caller.role}:${caller.user.id}`;
}

/** `list(@CurrentUser() user: AuthenticatedUser)`; import the type with `import type`. */
export const CurrentUser = createParamDecorator((_data: undefined, execution: ExecutionContext): AuthenticatedUser => {
  const user = userOf(execution.switchToHttp().getRequest<FastifyRequest>());
  if (!user) throw new Error('@CurrentUser() on a @Public() route: there is no user. Put @Roles(…) on the route.');
  return user;
});
