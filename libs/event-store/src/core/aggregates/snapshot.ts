// A snapshot is a cache of what a stream's events make of an aggregate: never required, checked before it is believed, replaced when it is not.

export interface Snapshot {
  readonly stream: string;
  /** Version of the last event in it. */
  readonly version: number;
  /** Of the code that made the state; a snapshot of another revision is ignored. */
  readonly revision: string;
  /** Plain JSON data. */
  readonly state: object;
  /** Hash of the state as it was taken: a row that was changed since is ignored. */
  readonly stateHash: string;
  readonly takenAt: Date;
  /** Whose personal data the state holds; none where it is left out. */
  readonly subjects?: readonly string[];
}

/** One snapshot for a stream, the newest. Contract: testing/contracts/snapshot-store.contract.ts. */
export interface SnapshotStore {
  /** None where there is none, or only one of a later version. @throws UnavailableError */
  load(stream: string, atMost?: number): Promise<Snapshot | undefined>;
  /** Keeps what is there when that is of a later version. @throws UnavailableError */
  save(snapshot: Snapshot): Promise<void>;
  /** Does nothing where there is none. @throws UnavailableError */
  drop(stream: string): Promise<void>;
  /** All that hold personal data of the subject; how many there were. @throws UnavailableError */
  dropOf(subject: string): Promise<number>;
}

/** What a policy decides on, right after an append. */
export interface SnapshotFacts {
  /** The stream's. */
  readonly version: number;
  /** Since the last snapshot that could be used, or since the beginning. */
  readonly events: number;
  /** Their data as JSON, in characters. 0 for a policy that does not measure it. */
  readonly size: number;
  /** Since the last snapshot was taken, in milliseconds; infinite where there is none. */
  readonly ageMs: number;
}

/** Says whether to take a snapshot now. */
export interface SnapshotPolicy {
  (facts: SnapshotFacts): boolean;
  /** Whether it wants {@link SnapshotFacts.size}, which costs a little for each event. */
  readonly measuresSize?: boolean;
}
