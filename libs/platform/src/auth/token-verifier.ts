// Decides whether a token is good: signed by a key of ours with an algorithm of ours, for us, now. Keys named inside a token are never looked at.
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { UnavailableError } from '@app/event-store/core';
import type { AuthenticatedUser } from './current-user.js';
import { GoodTokens, type GoodToken } from './good-tokens.js';
import { KEY_SET_EXPECTED, readKeySet } from './key-set.js';
import { rolesIn } from './roles-claim.js';
import { RemoteKeySet, usualKeySetTimes, type KeySetTimes } from './remote-key-set.js';

export interface AuthSettings {
  readonly issuer: string;
  readonly audience: string;
  /** Name of a claim, or a path to it, default `roles`. */
  readonly rolesClaim?: string;
  readonly jwks: { readonly file: string } | { readonly url: string; readonly times?: KeySetTimes };
}

/** Asymmetric only: with HS256 anybody who has the public key could sign. */
const algorithms = ['ES256', 'RS256', 'EdDSA'];
const types = new Set(['at+jwt', 'jwt']);
/** Our key set is broken; the token may be fine. */
const notTheToken = new Set(['ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);
/** How far the clocks of issuer and service may be apart: exp and nbf count with so much patience, in seconds. */
const CLOCKS_APART_SECONDS = 5;
const subject = /^[^\p{Cc}\p{Cs}]{1,200}$/u;

/** The token is not good. Why stays here: whoever forges tokens learns nothing from the answer. */
export class InvalidTokenError extends Error {
  constructor(reason: string) {
    super(`Token refused: ${reason}.`);
    this.name = 'InvalidTokenError';
  }
}

export class TokenVerifier implements OnModuleInit, OnApplicationShutdown {
  private readonly keys: RemoteKeySet | { readonly key: ReturnType<typeof createLocalJWKSet> };
  private readonly good = new GoodTokens((token) => this.check(token));

  /** @throws Error the file holds no key set. */
  constructor(private readonly settings: AuthSettings) {
    const { jwks } = settings;
    this.keys =
      'file' in jwks
        ? { key: createLocalJWKSet(readJwks(jwks.file)) }
        : new RemoteKeySet(jwks.url, jwks.times ?? usualKeySetTimes);
  }

  /** The boot does not wait for the issuer: the first request does, if it comes before the keys. */
  onModuleInit(): void {
    if (this.keys instanceof RemoteKeySet) void this.keys.start();
  }

  onApplicationShutdown(): void {
    if (this.keys instanceof RemoteKeySet) this.keys.stop();
  }

  /** @throws InvalidTokenError; @throws UnavailableError the key set cannot be fetched. */
  verify(token: string): Promise<AuthenticatedUser> {
    return this.good.of(token);
  }

  private async check(token: string): Promise<GoodToken<AuthenticatedUser>> {
    const { issuer, audience } = this.settings;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, (header, jws) => this.keys.key(header, jws), {
        algorithms,
        issuer,
        audience,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: CLOCKS_APART_SECONDS,
      });
      const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
      if (!type || !types.has(type)) throw new InvalidTokenError('typ is neither at+jwt nor JWT');
      return { of: this.userIn(payload), expiresAt: payload.exp! };
    } catch (error) {
      if (error instanceof InvalidTokenError || error instanceof UnavailableError) throw error;
      if (error instanceof errors.JOSEError && !notTheToken.has(error.code))
        throw new InvalidTokenError(reasonOf(error));
      throw new UnavailableError('The key set of the token issuer', error);
    }
  }

  private userIn(payload: JWTPayload): AuthenticatedUser {
    const { sub } = payload;
    if (typeof sub !== 'string' || !subject.test(sub))
      throw new InvalidTokenError('sub is not 1 to 200 characters of text');
    const { rolesClaim = 'roles' } = this.settings;
    const roles = rolesIn(payload, rolesClaim);
    if (!roles) throw new InvalidTokenError(`its claim ${rolesClaim} is not a list of roles (AUTH_ROLES_CLAIM)`);
    return Object.freeze({ id: sub, roles }); // the next request with the token is given it too
  }
}

/** One of a few sentences, for a log: messages about a claim name it and nothing of its value, others may quote the token. */
function reasonOf(error: errors.JOSEError): string {
  const aboutClaim = error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired;
  return aboutClaim ? `${error.code}, ${error.message}` : error.code;
}

function readJwks(file: string): JSONWebKeySet {
  const read = readKeySet(file); // again, where the configuration has looked: the file may have changed since
  if ('keys' in read) return read.keys;
  throw new Error(`AUTH_JWKS_FILE: got ${JSON.stringify(file)}, ${read.trouble}; expected ${KEY_SET_EXPECTED}.`);
}
