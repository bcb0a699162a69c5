// The public keys of the token issuer, fetched over HTTP. Keys once fetched stay good while the issuer is away: an outage of the login takes no
// caller down who has a token.
import { Logger } from '@nestjs/common';
import { createLocalJWKSet, errors, type FlattenedJWSInput, type JSONWebKeySet, type JWTHeaderParameters } from 'jose';
import { UnavailableError } from '@app/event-store/core';
import { troubleInKeySet } from './key-set.js';

/** All in milliseconds. */
export interface KeySetTimes {
  /** A key that the issuer took away is good for this long yet. */
  readonly reloadMs: number;
  /** After a fetch that failed the next one waits this long, whoever asks. */
  readonly retryMs: number;
  /** After a fetch that went well an unknown key id starts no other for this long. */
  readonly cooldownMs: number;
  /** For the whole answer. */
  readonly timeoutMs: number;
}

export const usualKeySetTimes: KeySetTimes = {
  reloadMs: 300_000,
  retryMs: 10_000,
  cooldownMs: 30_000,
  timeoutMs: 3_000,
};

/** A key set has a few thousand. */
const MOST_BYTES = 1_048_576;

type Keys = ReturnType<typeof createLocalJWKSet>;
type Key = Awaited<ReturnType<Keys>>;

export class RemoteKeySet {
  private readonly logger = new Logger('auth');
  private readonly stopping = new AbortController();
  private keys: Keys | undefined;
  private fetching: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private lastAtMs = -Infinity;
  /** Why the last fetch failed; undefined when it went well. */
  private failure: unknown;

  /** `now`: milliseconds that never go back. */
  constructor(
    private readonly url: string,
    private readonly times: KeySetTimes = usualKeySetTimes,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Fetches the keys, and again every few minutes until {@link stop}. A failure is logged, not thrown. */
  async start(): Promise<void> {
    await this.reload();
    if (this.stopping.signal.aborted) return;
    const { reloadMs, retryMs } = this.times;
    this.timer = setTimeout(() => void this.start(), this.failure === undefined ? reloadMs : retryMs).unref();
  }

  stop(): void {
    this.stopping.abort();
    clearTimeout(this.timer);
  }

  /**
   * The key that a token names.
   * @throws errors.JWKSNoMatchingKey the issuer has no such key.
   * @throws UnavailableError we cannot know whether it has: the last fetch failed.
   */
  async key(header: JWTHeaderParameters, token: FlattenedJWSInput): Promise<Key> {
    if (!this.keys) await this.reloadUnlessJustDone();
    if (!this.keys) throw this.unavailable();
    try {
      return await this.keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    await this.reloadUnlessJustDone();
    try {
      return await this.keys(header, token);
    } catch (error) {
      throw error instanceof errors.JWKSNoMatchingKey && this.failure !== undefined ? this.unavailable() : error;
    }
  }

  private unavailable(): UnavailableError {
    return new UnavailableError('The key set of the token issuer', this.failure);
  }

  /** Whoever sends unknown key ids makes us ask the issuer no more often than the times say. */
  private async reloadUnlessJustDone(): Promise<void> {
    const { cooldownMs, retryMs } = this.times;
    const wait = this.failure === undefined ? cooldownMs : retryMs;
    if (this.stopping.signal.aborted) return;
    if (this.fetching !== undefined || this.now() - this.lastAtMs >= wait) await this.reload();
  }

  private reload(): Promise<void> {
    this.fetching ??= this.fetchKeys().finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  private async fetchKeys(): Promise<void> {
    try {
      this.keys = createLocalJWKSet(await this.answer());
      if (this.failure !== undefined) this.logger.log('The key set of the token issuer can be fetched again.');
      this.failure = undefined;
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      if (this.failure === undefined) {
        const then = this.keys ? 'The keys we have go on being good' : 'Until it can, requests with a token get 503';
        this.logger.warn(`The key set at AUTH_JWKS_URL cannot be fetched: ${reasonOf(error)}. ${then}.`);
      }
      this.failure = error;
    }
    this.lastAtMs = this.now();
  }

  private async answer(): Promise<JSONWebKeySet> {
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(this.times.timeoutMs)]);
    const headers = { accept: 'application/jwk-set+json, application/json' };
    const response = await fetch(this.url, { signal, headers, redirect: 'manual' });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`it was answered with ${response.status}`);
    }
    const content: unknown = JSON.parse(await textOf(response));
    const trouble = troubleInKeySet(content);
    if (trouble !== undefined) throw new Error(`it was answered with something ${trouble}`);
    return content as JSONWebKeySet;
  }
}

/** @throws Error as soon as it is longer than any key set; the rest is not read. */
async function textOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.byteLength;
    if (bytes > MOST_BYTES) throw new Error(`it was answered with more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

/** fetch hides the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
