// What the aggregate store does with snapshots: begins a replay from one it can believe, and takes new ones where nobody waits for them.
import { aggregateDefinition } from './aggregate.decorators.js';
import type { EventSourcedAggregate } from './aggregate.js';
import type { Clock } from '../clock.js';
import { contentHash } from '../events/content-hash.js';
import type { ReplayedEvent } from '../ports/event-store.js';
import { subjectOf } from '../events/personal-data.js';
import type { Snapshot, SnapshotPolicy, SnapshotStore } from './snapshot.js';
import { snapshotRevision } from './snapshot-revision.js';
import { currentTransaction, outsideTransaction } from '../ports/unit-of-work.js';
import { isPlainData } from '../events/json-data.js';

/** Where the replay of one aggregate began, and what has come since. */
interface Progress {
  readonly version: number;
  readonly takenAt: Date | undefined;
  size: number;
  /** Whose personal data the state holds. */
  readonly subjects: Set<string>;
}

export interface AggregateSnapshotsOptions {
  readonly store: SnapshotStore;
  readonly clock: Clock;
  /** Hears why a snapshot was not taken, which is nobody's failure. */
  readonly warn?: ((message: string, error?: unknown) => void) | undefined;
}

/** Snapshots on their way at a time; more are left out, and taken after a later append. */
const MAX_UNDER_WAY = 4;

export class AggregateSnapshots<A extends EventSourcedAggregate<object>> {
  private readonly revision: string;
  private readonly progress = new WeakMap<A, Progress>();
  private readonly underWay = new Set<string>();
  private warned = false;

  /** Undefined where the class has no policy. */
  static of<A extends EventSourcedAggregate<object>>(
    aggregateClass: new (id: string) => A,
    options: Partial<AggregateSnapshotsOptions> & Pick<AggregateSnapshotsOptions, 'clock'>,
  ): AggregateSnapshots<A> | undefined {
    const { store } = options;
    const { snapshot } = aggregateDefinition(aggregateClass);
    return store && snapshot && new AggregateSnapshots(aggregateClass, { ...options, store }, snapshot);
  }

  private constructor(
    private readonly aggregateClass: new (id: string) => A,
    private readonly options: AggregateSnapshotsOptions,
    private readonly policy: SnapshotPolicy,
  ) {
    const definition = aggregateDefinition(aggregateClass);
    this.revision = snapshotRevision(aggregateClass, definition);
  }

  /** A snapshot of `stream` at or below the version that can be believed so far; a failure to read one is the same as none. */
  async find(stream: string, atMost?: number): Promise<Snapshot | undefined> {
    const snapshot = await this.options.store.load(stream, atMost).catch((error: unknown) => {
      if (currentTransaction()) throw error; // that transaction is lost
      return undefined;
    });
    return snapshot && snapshot.revision === this.revision && contentHash(snapshot.state) === snapshot.stateHash
      ? snapshot
      : undefined;
  }

  /** The replay of `aggregate` begins, from the snapshot if there is one. */
  began(aggregate: A, snapshot: Snapshot | undefined): void {
    if (snapshot) aggregate.restore(snapshot);
    const { version = 0, takenAt, subjects } = snapshot ?? {};
    this.progress.set(aggregate, { version, takenAt, size: 0, subjects: new Set(subjects) });
  }

  /** The snapshot is of another history than the stream's: the next one takes its place, also at an earlier version. */
  drop({ stream }: Snapshot): void {
    void outsideTransaction(() => this.options.store.drop(stream)).catch(() => undefined);
  }

  /** A row of its stream was applied, or appended, as the events it is. */
  passed(aggregate: A, { data }: Pick<ReplayedEvent, 'data'>, events: readonly object[]): void {
    const subjects = events.flatMap((event) => subjectOf(event) ?? []);
    if (subjects.length === 0 && !this.policy.measuresSize) return;
    const progress = this.progressOf(aggregate);
    for (const subject of subjects) progress.subjects.add(subject);
    if (this.policy.measuresSize) progress.size += JSON.stringify(data).length;
    this.progress.set(aggregate, progress);
  }

  /**
   * After an append, once it is durable: takes a snapshot where the policy wants one. Nobody waits for it, and its failure is nobody's.
   * @param stored the version that was stored: where more has been raised since, the state is not that of the stream.
   */
  appended(aggregate: A, stream: string, stored: number): void {
    const { version, state } = aggregate;
    if (version !== stored || !this.isDue(aggregate)) return;
    const takenAt = this.options.clock.now();
    const text = textOf(state); // now: it is not ours to say what becomes of the state
    const { subjects } = this.progressOf(aggregate);
    const taken = { stream, version, takenAt, ...(subjects.size > 0 && { subjects: [...subjects].sort() }) };
    const take = (): void => {
      this.options.clock.after(0, () => outsideTransaction(() => this.take(taken, state, text)));
    };
    const transaction = currentTransaction();
    if (transaction) transaction.onCommit(take);
    else take();
    this.progress.set(aggregate, { version, takenAt, size: 0, subjects });
  }

  private isDue(aggregate: A): boolean {
    const { version } = aggregate;
    const from = this.progressOf(aggregate);
    const ageMs = from.takenAt ? this.options.clock.now().getTime() - from.takenAt.getTime() : Infinity;
    try {
      return this.policy({ version, events: version - from.version, size: from.size, ageMs });
    } catch (error) {
      this.warnOnce('its policy throws', error);
      return false;
    }
  }

  private progressOf(aggregate: A): Progress {
    return this.progress.get(aggregate) ?? { version: 0, takenAt: undefined, size: 0, subjects: new Set() };
  }

  private take(
    taken: Pick<Snapshot, 'stream' | 'version' | 'takenAt' | 'subjects'>,
    state: object,
    text: string | undefined,
  ): void {
    const { stream } = taken;
    if (this.underWay.has(stream) || this.underWay.size >= MAX_UNDER_WAY) return;
    if (text === undefined || !isPlainData(state))
      return this.warnOnce('its state is not plain JSON data, and would come back as something else');
    const plain = JSON.parse(text) as object;
    this.underWay.add(stream);
    void this.options.store
      .save({ ...taken, state: plain, stateHash: contentHash(plain), revision: this.revision })
      .catch((error: unknown) => this.options.warn?.(`No snapshot of ${stream} was taken.`, error))
      .finally(() => this.underWay.delete(stream));
  }

  private warnOnce(reason: string, error?: unknown): void {
    if (!this.warned) this.options.warn?.(`No snapshots of ${this.aggregateClass.name} are taken: ${reason}.`, error);
    this.warned = true;
  }
}

/** Undefined where it has none: it contains itself, or a BigInt. */
function textOf(state: object): string | undefined {
  try {
    return JSON.stringify(state);
  } catch {
    return undefined;
  }
}
