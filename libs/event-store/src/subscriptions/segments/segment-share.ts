// This process's share of a projection's segments. Whoever joins gets a share within seconds, because the others give back what is above
// theirs; what the dead had is taken when their leases run out. What a process cannot read on, it leaves to those that can, beyond their shares. Leases
// alone say who works on what, so a wrong count never does harm.
import {
  isStillAhead,
  type CheckpointStore,
  type Clock,
  type IdGenerator,
  type LogCursor,
  type MemberStore,
  type SubscriptionKey,
} from '../../core/index.js';
import { UnreadableRecordError } from '../failure.js';
import { neverThrowing, type Logger } from '../logger.js';
import { DEFAULT_LEASE_TTL_MS, DEFAULT_POLL_MS } from '../runner/runner-options.js';
import type { RunnerStatus } from '../runner/status.js';
import type { SubscriptionDefinition } from '../subscription.js';
import type { SubscriptionRunner } from '../runner/subscription-runner.js';
import { UnclaimedSegments } from './unclaimed-segments.js';

/** A segment that this process could not read on is left to the others for this long, in milliseconds. */
const LEFT_MS = 60_000;

export interface SegmentShareOptions {
  /** The projection, under which processes find each other. */
  readonly group: SubscriptionKey;
  /** Its segments, in order. */
  readonly segments: readonly SubscriptionDefinition[];
  /** The runner of a segment whose lease this process (`owner`) has just taken. */
  readonly createRunner: (segment: SubscriptionDefinition) => Pick<SubscriptionRunner, 'start' | 'stop' | 'status'>;
  /** Where a segment begins that nobody has ever worked on. */
  readonly initial: () => Promise<LogCursor>;
  readonly members: MemberStore;
  readonly checkpoints: Pick<CheckpointStore, 'acquire' | 'release' | 'list'>;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  /** Of leases; another one for every process. */
  readonly owner: string;
  /** Pause between two looks at who is there, in milliseconds, default 1,000. */
  readonly pollMs?: number;
  /** After this time of silence a process counts as dead, in milliseconds, default 10,000. */
  readonly leaseTtlMs?: number;
}

type Runner = ReturnType<SegmentShareOptions['createRunner']>;

export class SegmentShare {
  private readonly stopping = new AbortController();
  private readonly held = new Map<number, Runner>();
  /** Given back, but not finished with: they are neither ours to count nor ours to take. */
  private readonly leaving = new Map<number, Promise<void>>();
  /** Taken beyond the share, because nobody else did. */
  private readonly extra = new Set<number>();
  /** Left to others: until when on the clock, in milliseconds, and what there is to say about it. */
  private readonly left = new Map<number, { readonly until: number; readonly status: RunnerStatus }>();
  private readonly unclaimed: UnclaimedSegments;
  private readonly logger: Logger;
  private running: Promise<void> | undefined;
  private members = '';

  constructor(private readonly options: SegmentShareOptions) {
    this.logger = neverThrowing(options.logger);
    this.unclaimed = new UnclaimedSegments(options.segments, options.checkpoints, options.clock);
  }

  /** Of the segments of this process, and of those it could not read on; the others are some other process's to tell. */
  statuses(): RunnerStatus[] {
    const held = [...this.held].map(([index, runner]) => [index, runner.status()] as const);
    const left = [...this.left].map(([index, { status }]) => [index, status] as const);
    return [...held, ...left].sort(([a], [b]) => a - b).map(([, status]) => status);
  }

  start(): void {
    this.running ??= this.stopping.signal.aborted ? Promise.resolve() : this.run();
  }

  /** Drains all segments and says goodbye, so that others need not wait. Never rejects. */
  async stop(): Promise<void> {
    const { members, group, owner } = this.options;
    this.stopping.abort();
    await this.running;
    for (const index of this.held.keys()) this.giveBack(index);
    await Promise.all(this.leaving.values());
    await members.leave(group, owner).catch((error: unknown) => this.unreachable(error));
  }

  private async run(): Promise<void> {
    const { clock, ids, pollMs = DEFAULT_POLL_MS } = this.options;
    while (!this.stopping.signal.aborted) {
      await this.balance().catch((error: unknown) => this.unreachable(error));
      await clock.sleep(pollMs * (0.5 + ids.random()), this.stopping.signal);
    }
  }

  private async balance(): Promise<void> {
    const { members, group, owner, segments, leaseTtlMs = DEFAULT_LEASE_TTL_MS } = this.options;
    const present = await members.announce(group, owner, leaseTtlMs);
    const share = shareOf(present, owner, segments.length);
    this.note(present, share);
    for (const [index, runner] of this.held) if (runner.status().state === 'waiting-for-lease') this.giveBack(index);
    if (present.length > 1) this.leaveUnreadable();
    for (const index of this.ordinary().slice(share)) this.giveBack(index);
    // Each begins to look at another place, so that those who come together do not ask for the same ones.
    const first = Math.floor((present.indexOf(owner) * segments.length) / present.length);
    for (let step = 0; step < segments.length && this.ordinary().length < share; step += 1) {
      await this.take((first + step) % segments.length);
      if (this.stopping.signal.aborted) return;
    }
    if (present.length === 1) return;
    for (const index of await this.unclaimed.find()) {
      if (this.stopping.signal.aborted) return;
      if (await this.take(index)) this.extra.add(index);
    }
  }

  private ordinary(): number[] {
    return [...this.held.keys()].filter((index) => !this.extra.has(index));
  }

  /** In front of what this build cannot read, any other build may be better. */
  private leaveUnreadable(): void {
    for (const [index, runner] of this.held) {
      const status = runner.status();
      if (status.state !== 'stopped' || !(status.lastError instanceof UnreadableRecordError)) continue;
      this.left.set(index, { until: this.options.clock.now().getTime() + LEFT_MS, status });
      this.giveBack(index);
    }
  }

  private isLeft(index: number): boolean {
    const left = this.left.get(index);
    if (!left) return false;
    if (isStillAhead(left.until, LEFT_MS, this.options.clock)) return true;
    this.left.delete(index);
    return false;
  }

  private async take(index: number): Promise<boolean> {
    if (this.held.has(index) || this.leaving.has(index) || this.isLeft(index)) return false;
    const { checkpoints, segments, owner, initial, leaseTtlMs = DEFAULT_LEASE_TTL_MS, createRunner } = this.options;
    const { name, log } = segments[index]!;
    const lease = await checkpoints.acquire({ name, log }, owner, leaseTtlMs, initial);
    if (!lease) return false;
    if (this.stopping.signal.aborted) return checkpoints.release(lease).then(() => false);
    const runner = createRunner(segments[index]!); // takes the lease anew: it is its owner's
    this.held.set(index, runner);
    runner.start();
    return true;
  }

  private giveBack(index: number): void {
    const runner = this.held.get(index)!;
    this.held.delete(index);
    this.extra.delete(index);
    this.leaving.set(
      index,
      runner.stop().then(() => void this.leaving.delete(index)),
    );
  }

  /** With others there, what was taken beyond the share may be theirs to take. */
  private note(present: readonly string[], share: number): void {
    const members = present.join('\n');
    if (members === this.members) return;
    this.members = members;
    this.extra.clear();
    this.unclaimed.forget();
    const { group, segments } = this.options;
    this.logger.info(
      `${group.name}: ${share} of ${segments.length} segments are this process's share, among ${present.length}.`,
    );
  }

  /** What is held goes on: the leases decide, not we. */
  private unreachable(error: unknown): void {
    this.logger.warn(`${this.options.group.name}: its segments cannot be shared out now.`, { error });
  }
}

/** Shares add up to all segments and differ by one at most; the first members in the order of names have the larger ones. */
export function shareOf(members: readonly string[], member: string, segments: number): number {
  const extra = members.indexOf(member) < segments % members.length ? 1 : 0;
  return Math.floor(segments / members.length) + extra;
}
