// The keys of subjects as this process uses them: unwrapped, and kept for a few seconds, so that a forget is soon effective everywhere.
import {
  EventStoreError,
  isStillAhead,
  SubjectForgottenError,
  UnreadablePersonalDataError,
  type Clock,
  type KeyWrapping,
  type SubjectKeyRow,
  type SubjectKeyStore,
  type WrappedKey,
} from '../core/index.js';

/** How long a process may use a key without looking whether it is still there, in milliseconds. */
export const KEY_TTL_MS = 5_000;
const MAX_CACHED = 1_000;

interface Cached {
  /** Undefined: forgotten. */
  readonly key: KnownKey;
  /** On the clock, in milliseconds. */
  readonly until: number;
}

/** A key, or undefined where the subject was forgotten. */
type KnownKey = Uint8Array | undefined;

export interface FoundKeys {
  /** Of each subject that is known, and whose key is in order. */
  readonly keys: ReadonlyMap<string, KnownKey>;
  /** Of each subject whose key is there and cannot be unwrapped, why. */
  readonly problems: ReadonlyMap<string, UnreadablePersonalDataError>;
}

export interface SubjectKeysOptions {
  readonly store: SubjectKeyStore;
  readonly wrapping: KeyWrapping;
  readonly clock: Clock;
}

export class SubjectKeys {
  private readonly cache = new Map<string, Cached>();

  constructor(private readonly options: SubjectKeysOptions) {}

  /** Of each subject that is known its key, or undefined when it was forgotten. @throws UnreadablePersonalDataError, for one of them */
  async find(subjects: Iterable<string>): Promise<ReadonlyMap<string, KnownKey>> {
    const { keys, problems } = await this.findEach(subjects);
    for (const problem of problems.values()) throw problem;
    return keys;
  }

  /** As {@link find}, but one key that cannot be unwrapped is no reason to be without the others. */
  async findEach(subjects: Iterable<string>): Promise<FoundKeys> {
    const keys = new Map<string, KnownKey>();
    const problems = new Map<string, UnreadablePersonalDataError>();
    const unknown: string[] = [];
    for (const subject of new Set(subjects)) {
      const cached = this.cached(subject);
      if (cached) keys.set(subject, cached.key);
      else unknown.push(subject);
    }
    if (unknown.length === 0) return { keys, problems };
    const asked = this.options.clock.now().getTime(); // the answer is as old as the question
    for (const row of await this.options.store.find(unknown)) {
      try {
        keys.set(row.subject, await this.remember(row, asked));
      } catch (error) {
        if (!(error instanceof UnreadablePersonalDataError)) throw error;
        problems.set(row.subject, error);
      }
    }
    return { keys, problems };
  }

  /** The key of each subject, made for those that have none. @throws SubjectForgottenError */
  async forWriting(subjects: Iterable<string>): Promise<ReadonlyMap<string, Uint8Array>> {
    const known = await this.find(subjects);
    const keys = new Map<string, Uint8Array>();
    for (const subject of new Set(subjects)) {
      const key = known.has(subject) ? known.get(subject) : await this.create(subject);
      if (key === undefined) throw new SubjectForgottenError(subject);
      keys.set(subject, key);
    }
    return keys;
  }

  /** This process does not use it any more. */
  drop(subject: string): void {
    this.cache.delete(subject);
  }

  private async create(subject: string): Promise<KnownKey> {
    const { store, wrapping, clock } = this.options;
    const { wrapped } = await wrapping.newKey(subject);
    const asked = clock.now().getTime();
    return this.remember(await store.create(subject, wrapped), asked); // maybe another process's, which was first
  }

  private async remember(row: SubjectKeyRow, asked: number): Promise<KnownKey> {
    const key = row.wrapped && (await this.unwrap(row.wrapped, row.subject));
    this.cache.delete(row.subject);
    this.cache.set(row.subject, { key, until: asked + KEY_TTL_MS });
    for (const oldest of this.cache.keys()) {
      if (this.cache.size <= MAX_CACHED) break;
      this.cache.delete(oldest);
    }
    return key;
  }

  /** Errors of ours say themselves whom they concern: everybody, where nobody can be asked. Any other is about this key. */
  private async unwrap(wrapped: WrappedKey, subject: string): Promise<Uint8Array> {
    try {
      return await this.options.wrapping.unwrap(wrapped, subject);
    } catch (cause) {
      if (cause instanceof EventStoreError) throw cause;
      throw new UnreadablePersonalDataError(subject, 'their key cannot be unwrapped', { cause });
    }
  }

  private cached(subject: string): Cached | undefined {
    const cached = this.cache.get(subject);
    if (cached && isStillAhead(cached.until, KEY_TTL_MS, this.options.clock)) return cached;
    this.cache.delete(subject);
    return undefined;
  }
}
