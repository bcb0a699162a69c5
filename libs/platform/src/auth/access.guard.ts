// The one global guard: who are you (401), and may you (403). Closed unless the route says otherwise.
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ProblemException } from '../http/problem.js';
import { ACCESS, type Access } from './access.decorators.js';
import { setCaller, type AuthenticatedUser } from './current-user.js';
import { RefusedTokens } from './refused-tokens.js';
import { InvalidTokenError, TokenVerifier } from './token-verifier.js';

/** RFC 6750 wants one space; the token is base64url parts joined by dots. 8 kB is more than a header may have anyway. */
const bearer = /^Bearer ([A-Za-z0-9._~+/-]{1,8192}=*)$/i;

@Injectable()
export class AccessGuard implements CanActivate {
  private readonly refused = new RefusedTokens();

  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: TokenVerifier,
  ) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [
      execution.getHandler(),
      execution.getClass(),
    ]);
    if (access === 'public') return true;
    const request = execution.switchToHttp().getRequest<FastifyRequest>();
    const user = await this.authenticate(request);
    const role = access?.find((name) => user.roles.includes(name));
    if (role === undefined) {
      throw new ProblemException({ status: 403, code: 'forbidden', detail: 'Your token does not allow this.' });
    }
    setCaller(request, { user, role });
    return true;
  }

  /** The Authorization header is the only place a token is taken from. */
  private async authenticate({ headers }: FastifyRequest): Promise<AuthenticatedUser> {
    if (!headers.authorization) {
      throw unauthorized('token-missing', 'Send a token: Authorization: Bearer …', 'Bearer');
    }
    const token = bearer.exec(headers.authorization)?.[1];
    try {
      if (!token) throw new InvalidTokenError('not a bearer token');
      return await this.verifier.verify(token);
    } catch (error) {
      if (!(error instanceof InvalidTokenError)) throw error;
      this.refused.note(error.message);
      throw unauthorized('token-invalid', 'The token is not valid here, or no longer.', 'Bearer error="invalid_token"');
    }
  }
}

function unauthorized(code: string, detail: string, challenge: string): ProblemException {
  return new ProblemException({ status: 401, code, detail, headers: { 'www-authenticate': challenge } });
}
