// What a route says about who may call it. A route that says nothing is closed, and the service does not boot with it.
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { ApiProblems } from '../docs/api-problems.js';

export const ACCESS = Symbol('access');

export type Access = 'public' | readonly string[];

/** Anybody, without a token. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(ACCESS, 'public' satisfies Access);

/** Callers whose token has at least one of the roles. On a class it is the rule for routes that have none of their own. */
export const Roles = (...roles: readonly [string, ...string[]]): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(ACCESS, roles satisfies Access),
    ApiBearerAuth(),
    ApiProblems({
      401: 'There is no token, or it is not valid here.',
      403: `The token has none of these roles: ${roles.join(', ')}.`,
    }),
  );
