// Keys for development: an issuer of tokens with a key pair of its own in every clone, and a master key for personal data. Nothing here is committed, and production refuses its name.
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { createOnce } from './create-once.js';

export const DEV_ISSUER = 'urn:dev-issuer';
export const DEV_AUDIENCE = 'shop';
/** Where a clone keeps it; ignored by git. */
export const DEV_ISSUER_FOLDER = 'data/dev-issuer';

export interface DevIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** For AUTH_JWKS_FILE. */
  readonly jwksFile: string;
  /** For PERSONAL_DATA_KEY, behind `dev:`. */
  readonly masterKeyFile: string;
}

/** Makes the key pair where there is none (the private key readable by its owner only); safe to call from two processes at once. */
export async function ensureDevIssuer(folder: string = DEV_ISSUER_FOLDER): Promise<DevIssuer> {
  const { privateFile, jwksFile, masterKeyFile } = filesIn(folder);
  await mkdir(dirname(folder), { recursive: true }); // with the usual rights: the database keeps its files beside us, as another user
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(privateFile)) {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(privateKey);
    await createOnce(privateFile, JSON.stringify({ ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256' }));
  }
  await chmod(privateFile, 0o600);
  const { d: _private, ...publicKey } = await readKey(privateFile);
  const fresh = join(folder, `jwks.${process.pid}.${randomUUID()}.tmp`);
  await writeFile(fresh, JSON.stringify({ keys: [{ ...publicKey, use: 'sig' }] }, null, 2));
  await rename(fresh, jwksFile);
  if (!existsSync(masterKeyFile)) await createOnce(masterKeyFile, randomBytes(32).toString('base64'));
  return { issuer: DEV_ISSUER, audience: DEV_AUDIENCE, jwksFile, masterKeyFile };
}

export interface DevTokenRequest {
  /** Of the issuer. */
  readonly folder?: string;
  readonly user: string;
  readonly roles: readonly string[];
  /** Default 12 hours. */
  readonly ttlSeconds?: number;
}

/** A signed access token. Makes the issuer where there is none. */
export async function issueDevToken(request: DevTokenRequest): Promise<string> {
  const { folder = DEV_ISSUER_FOLDER, user, roles, ttlSeconds = 12 * 3600 } = request;
  await ensureDevIssuer(folder);
  const jwk = await readKey(filesIn(folder).privateFile);
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ roles: [...roles] })
    .setProtectedHeader({ alg: 'ES256', kid: jwk.kid, typ: 'at+jwt' })
    .setIssuer(DEV_ISSUER)
    .setAudience(DEV_AUDIENCE)
    .setSubject(user)
    .setIssuedAt(now)
    .setExpirationTime(now + ttlSeconds)
    .sign(await importJWK(jwk, 'ES256'));
}

function filesIn(folder: string): { privateFile: string; jwksFile: string; masterKeyFile: string } {
  return {
    privateFile: join(folder, 'private.jwk.json'),
    jwksFile: join(folder, 'jwks.json'),
    masterKeyFile: join(folder, 'personal-data.key'),
  };
}

async function readKey(file: string): Promise<JWK> {
  return JSON.parse(await readFile(file, 'utf8')) as JWK;
}
