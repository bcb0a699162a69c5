// Decides whether a token is good: signed by a key of ours with an algorithm of ours, for us, now. Keys named inside a token are never looked at.
import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { UnavailableError } from '@app/event-store/core';
import type { AuthenticatedUser } from './current-user.js';
import { GoodTokens, type GoodToken } from './good-tokens.js';
import { KEY_SET_EXPECTED, readKeySet } from './key-set.js';

export interface AuthSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: { readonly file: string } | { readonly url: string };
}

/** Asymmetric only: with HS256 anybody who has the public key could sign. */
const algorithms = ['ES256', 'RS256', 'EdDSA'];
const types = new Set(['at+jwt', 'jwt']);
/** Our key set is out of reach or broken; the token may be fine. */
const notTheToken = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);
const subject = /^[^\p{Cc}\p{Cs}]{1,200}$/u;
const role = /^[a-z][a-z0-9_-]{0,49}$/;

/** The token is not good. Why stays here: whoever forges tokens learns nothing from the answer. */
export class InvalidTokenError extends Error {
  constructor(reason: string) {
    super(`Token refused: ${reason}.`);
    this.name = 'InvalidTokenError';
  }
}

export class TokenVerifier {
  private readonly keys: ReturnType<typeof createLocalJWKSet> | ReturnType<typeof createRemoteJWKSet>;
  private readonly good = new GoodTokens((token) => this.check(token));

  /** @throws Error the file holds no key set. */
  constructor(private readonly settings: AuthSettings) {
    this.keys =
      'file' in settings.jwks
        ? createLocalJWKSet(readJwks(settings.jwks.file))
        : createRemoteJWKSet(new URL(settings.jwks.url), { timeoutDuration: 3000, cooldownDuration: 30_000 });
  }

  /** @throws InvalidTokenError; @throws UnavailableError the key set cannot be fetched. */
  verify(token: string): Promise<AuthenticatedUser> {
    return this.good.of(token);
  }

  private async check(token: string): Promise<GoodToken<AuthenticatedUser>> {
    const { issuer, audience } = this.settings;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, (header, jws) => this.keys(header, jws), {
        algorithms,
        issuer,
        audience,
        requiredClaims: ['exp', 'sub'],
      });
      const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
      if (!type || !types.has(type)) throw new InvalidTokenError('typ is neither at+jwt nor JWT');
      return { of: userIn(payload), expiresAt: payload.exp! };
    } catch (error) {
      if (error instanceof InvalidTokenError) throw error;
      if (error instanceof errors.JOSEError && !notTheToken.has(error.code)) throw new InvalidTokenError(error.code);
      throw new UnavailableError('The key set of the token issuer', error);
    }
  }
}

function userIn({ sub, roles }: JWTPayload): AuthenticatedUser {
  if (typeof sub !== 'string' || !subject.test(sub))
    throw new InvalidTokenError('sub is not 1 to 200 characters of text');
  if (!Array.isArray(roles)) throw new InvalidTokenError('roles is not a list');
  const known = roles.filter((name): name is string => typeof name === 'string' && role.test(name));
  return Object.freeze({ id: sub, roles: Object.freeze(known) }); // the next request with the token is given it too
}

function readJwks(file: string): JSONWebKeySet {
  const read = readKeySet(file); // again, where the configuration has looked: the file may have changed since
  if ('keys' in read) return read.keys;
  throw new Error(`AUTH_JWKS_FILE: got ${JSON.stringify(file)}, ${read.trouble}; expected ${KEY_SET_EXPECTED}.`);
}
