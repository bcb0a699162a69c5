// How far a projection is, and a wait until its read model shows what was written. Costs nothing where it is not asked.
import {
  currentTransaction,
  InvalidRequestError,
  outsideTransaction,
  UnavailableError,
  type Clock,
  type LogRecord,
  type ParkedMessage,
  type ParkingStore,
  type SettledLog,
} from '../../core/index.js';
import { DEFAULT_WAIT_MS, type CheckpointWatch, type WaitOptions } from './checkpoint-watch.js';
import { segmentOf } from '../segments/segments.js';
import { ProjectionBehindError, ProjectionHeldBackError, UnknownPositionError } from './waiting-errors.js';

/** Between two looks at what is set aside, in milliseconds: a retry may mend it while we wait. */
const HELD_LOOK_MS = 100;
/** Whoever knows the end of the log by then has not waited for it, in milliseconds. */
const HEAD_SOON_MS = 50;

export interface WaitingOptions {
  readonly watch: CheckpointWatch;
  readonly parking: Pick<ParkingStore, 'list'>;
  /** The service's own events: positions are theirs. */
  readonly log: SettledLog;
  readonly clock: Clock;
}

/** What there is to wait for. */
export interface WaitedProjection {
  readonly name: string;
  /** One for each segment, in order; empty for an inline projection, which is never behind. */
  readonly subscriptions: readonly string[];
}

export class ProjectionProgress {
  /** `subject` is asked at the first use: which projections there are is known at boot. */
  constructor(
    private readonly subject: () => WaitedProjection,
    private readonly options: WaitingOptions,
  ) {}

  /**
   * Resolves when the read model contains everything up to the position, which is that of an append (`AppendResult.position`) of this
   * service; with the position it has reached at least. Call it outside a unit of work: what is not committed no projection can see.
   * @throws ProjectionBehindError the time is up. @throws ProjectionHeldBackError the stream written at the position is set aside.
   * @throws UnknownPositionError no event has this position. @throws UnavailableError too many wait, or the process stops.
   */
  async waitFor(position: bigint, options: WaitOptions = {}): Promise<bigint> {
    refuseInTransaction();
    const deadline = this.now() + (options.timeoutMs ?? DEFAULT_WAIT_MS);
    const record = await this.options.log.readAt(position);
    if (!record) throw new UnknownPositionError(position);
    const reached = await this.reach(position, options);
    await this.assertNotHeld(record, deadline, options);
    return reached;
  }

  /**
   * The same for everything that has been committed by now, whoever wrote it. Streams that are set aside are not missed: others than the
   * caller's may be among them. @throws ProjectionBehindError | UnavailableError
   */
  async waitForNow(options: WaitOptions = {}): Promise<bigint> {
    refuseInTransaction();
    const { timeoutMs = DEFAULT_WAIT_MS } = options;
    const deadline = this.now() + timeoutMs;
    const { position } = await this.headWithin(timeoutMs, options);
    return this.reach(position, { ...options, timeoutMs: Math.max(0, deadline - this.now()) });
  }

  private async reach(position: bigint, options: WaitOptions): Promise<bigint> {
    const { name, subscriptions } = this.subject();
    if (subscriptions.length === 0) return position;
    const reached = await this.options.watch.reach(subscriptions, position, options);
    if (reached >= position) return reached;
    throw new ProjectionBehindError(name, position, reached, options.timeoutMs ?? DEFAULT_WAIT_MS);
  }

  /** A checkpoint passes what is set aside, so having reached the position says nothing about a stream that failed before it. */
  private async assertNotHeld(
    { key, position }: LogRecord,
    deadline: number,
    { signal, admit }: WaitOptions,
  ): Promise<void> {
    const { name, subscriptions } = this.subject();
    const subscription = subscriptions[segmentOf(key, subscriptions.length)];
    if (subscription === undefined) return;
    let leave: (() => void) | undefined;
    try {
      for (;;) {
        const first = await this.firstAside(subscription, key, position);
        if (!first) return;
        const restMs = deadline - this.now();
        if (first.status === 'parked' || restMs <= 0 || signal?.aborted === true)
          throw new ProjectionHeldBackError(name, position, key, first.position);
        leave ??= admit?.();
        await this.options.clock.sleep(Math.min(restMs, HELD_LOOK_MS), signal);
      }
    } finally {
      leave?.();
    }
  }

  private async firstAside(name: string, key: string, position: bigint): Promise<ParkedMessage | undefined> {
    const aside = await this.options.parking.list({ name, key });
    const [first] = aside
      .filter((message) => message.log === 'events' && message.position <= position)
      .sort((a, b) => (a.position < b.position ? -1 : 1));
    return first;
  }

  /** The log waits for open appends, and perhaps for longer than we may. */
  private async headWithin(timeoutMs: number, { admit }: WaitOptions): Promise<{ readonly position: bigint }> {
    const { log, clock } = this.options;
    const patience = new AbortController();
    const after = (ms: number) => clock.sleep(ms, patience.signal).then(() => undefined);
    const late = after(timeoutMs);
    const asked = outsideTransaction(() => log.head());
    let leave: (() => void) | undefined;
    try {
      let head = await Promise.race([asked, late, after(Math.min(timeoutMs, HEAD_SOON_MS))]);
      if (!head) {
        leave = admit?.();
        head = await Promise.race([asked, late]);
      }
      if (head) return head;
      throw new UnavailableError('The head of log events', new Error(`not known within ${timeoutMs} ms`));
    } finally {
      asked.catch(() => undefined); // nobody waits for it any more
      leave?.();
      patience.abort();
    }
  }

  private now(): number {
    return this.options.clock.now().getTime();
  }
}

/** It would wait for itself until the time is up. */
function refuseInTransaction(): void {
  if (!currentTransaction()) return;
  throw new InvalidRequestError(
    'Expected to wait for a projection after the unit of work, got a call inside one: no projection sees what is not committed.',
  );
}
