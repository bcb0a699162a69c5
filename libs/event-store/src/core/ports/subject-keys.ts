// The ports behind personal data: where the keys of people rest, and what wraps them, so that whoever has the table alone has nothing.

/** A subject's key as it may be stored: useless without the master key. */
export interface WrappedKey {
  /** Says which master key wrapped it. */
  readonly masterKey: string;
  readonly bytes: Uint8Array;
}

/** What is known of a subject: its key, or that it was forgotten and will never have one again. */
export type SubjectKeyRow =
  | {
      readonly subject: string;
      readonly wrapped: WrappedKey;
      readonly createdAt: Date;
      readonly destroyedAt?: undefined;
    }
  | { readonly subject: string; readonly wrapped?: undefined; readonly destroyedAt: Date };

/** Contract: testing/contracts/subject-key-store.contract.ts. Never part of a unit of work, except {@link destroy}: a key that is used has to stay. */
export interface SubjectKeyStore {
  /** Only of subjects that are known. @throws UnavailableError */
  find(subjects: readonly string[]): Promise<readonly SubjectKeyRow[]>;
  /** Keeps what is there, a tombstone too; returns what holds now. @throws UnavailableError */
  create(subject: string, wrapped: WrappedKey): Promise<SubjectKeyRow>;
  /**
   * Leaves a tombstone in its place, also where there never was a key. Joins an open unit of work where the keys are in the same database.
   * The same again changes nothing. @throws UnavailableError
   */
  destroy(subject: string): Promise<{ readonly destroyedAt: Date; readonly first: boolean }>;
}

/** The master key, here or in a key management service. */
export interface KeyWrapping {
  /** A new random key of 32 bytes, and the same wrapped for this subject. */
  newKey(subject: string): Promise<{ readonly key: Uint8Array; readonly wrapped: WrappedKey }>;
  /**
   * @throws UnavailableError it cannot be asked now: whoever reads personal data waits, and tries again.
   * @throws UnreadablePersonalDataError wrapped by a master key that is not at hand, or changed since. It is taken for an error of this one
   * key, as any other error is: records of this subject are retried and then parked, the others go on.
   */
  unwrap(wrapped: WrappedKey, subject: string): Promise<Uint8Array>;
}
