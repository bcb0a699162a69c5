// The keys of subjects as this process uses them: unwrapped, and kept for a few seconds, so that a forget is soon effective everywhere.
import {
  SubjectForgottenError,
  type Clock,
  type KeyWrapping,
  type SubjectKeyRow,
  type SubjectKeyStore,
} from '../core/index.js';

/** How long a process may use a key without looking whether it is still there, in milliseconds. */
export const KEY_TTL_MS = 5_000;
const MAX_CACHED = 1_000;

interface Cached {
  /** Undefined: forgotten. */
  readonly key: Uint8Array | undefined;
  /** On the clock, in milliseconds. */
  readonly until: number;
}

export interface SubjectKeysOptions {
  readonly store: SubjectKeyStore;
  readonly wrapping: KeyWrapping;
  readonly clock: Clock;
}

export class SubjectKeys {
  private readonly cache = new Map<string, Cached>();

  constructor(private readonly options: SubjectKeysOptions) {}

  /** Of each subject that is known its key, or undefined when it was forgotten. */
  async find(subjects: Iterable<string>): Promise<ReadonlyMap<string, Uint8Array | undefined>> {
    const found = new Map<string, Uint8Array | undefined>();
    const unknown: string[] = [];
    for (const subject of new Set(subjects)) {
      const cached = this.cached(subject);
      if (cached) found.set(subject, cached.key);
      else unknown.push(subject);
    }
    if (unknown.length === 0) return found;
    const asked = this.options.clock.now().getTime(); // the answer is as old as the question
    for (const row of await this.options.store.find(unknown)) {
      found.set(row.subject, await this.remember(row, asked));
    }
    return found;
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

  private async create(subject: string): Promise<Uint8Array | undefined> {
    const { store, wrapping, clock } = this.options;
    const { wrapped } = await wrapping.newKey(subject);
    const asked = clock.now().getTime();
    return this.remember(await store.create(subject, wrapped), asked); // maybe another process's, which was first
  }

  private async remember(row: SubjectKeyRow, asked: number): Promise<Uint8Array | undefined> {
    const key = row.wrapped && (await this.options.wrapping.unwrap(row.wrapped, row.subject));
    this.cache.delete(row.subject);
    this.cache.set(row.subject, { key, until: asked + KEY_TTL_MS });
    for (const oldest of this.cache.keys()) {
      if (this.cache.size <= MAX_CACHED) break;
      this.cache.delete(oldest);
    }
    return key;
  }

  private cached(subject: string): Cached | undefined {
    const cached = this.cache.get(subject);
    if (cached && cached.until > this.options.clock.now().getTime()) return cached;
    this.cache.delete(subject);
    return undefined;
  }
}
