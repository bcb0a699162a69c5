// One holding of the lease: where we are, whether we may go on, and the only way to move the checkpoint.
import {
  UnitOfWorkRolledBackError,
  type Lease,
  type LogCursor,
  type SubscriptionKey,
  type Transaction,
} from '../../core/index.js';
import { CommitUncertainError, isInfrastructure } from '../failure.js';
import type { SubscriptionRunnerOptions } from './runner-options.js';
import type { Progress } from './status.js';

/** Why a nap ends: a signal without a reason makes an error of its own, with a stack, each time. */
const WOKEN = 'woken';

export class Session {
  private readonly work = new AbortController();
  private readonly intakeControl = new AbortController();
  private place: bigint;
  private last: Promise<unknown> = Promise.resolve();
  private napping: (() => void) | undefined;
  /** For naps, until one is woken: most end by themselves, and a signal costs more than the rest of a nap. */
  private alarm = new AbortController();
  private readonly cut = new AbortController();
  private readonly repeated = new Set<object>();

  constructor(
    private readonly lease: Lease,
    private readonly options: SubscriptionRunnerOptions,
    readonly progress: Progress,
  ) {
    this.place = lease.cursor.position;
    progress.position = this.place;
    options.onMoved?.(this.place);
  }

  get subscription(): SubscriptionKey {
    return this.lease;
  }

  /** The checkpoint. */
  get position(): bigint {
    return this.place;
  }

  cursorAt(position: bigint): LogCursor {
    return { epoch: this.lease.cursor.epoch, position };
  }

  /** Aborts when the work must end now: lease lost, a store failed, the drain took too long. Nothing commits after it. */
  get signal(): AbortSignal {
    return this.work.signal;
  }

  /** Aborts when nothing new may be begun. */
  get intake(): AbortSignal {
    return this.intakeControl.signal;
  }

  /** Resolves when not even the calls in hand are to be waited for. */
  whenCutOff(): Promise<void> {
    const { signal } = this.cut;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  drain(): void {
    this.intakeControl.abort();
    this.wake();
  }

  fail(error: unknown): void {
    this.work.abort(error);
    this.drain();
  }

  cutOff(error: unknown): void {
    this.cut.abort();
    this.fail(error);
  }

  /**
   * One unit of work, one at a time: `work` returns the position the checkpoint moves to with it. Fenced by the lease, so that what a
   * former holder does here rolls back. @throws CommitUncertainError when it may have committed all the same.
   */
  commit(work: (transaction: Transaction) => Promise<bigint>): Promise<void> {
    return this.inTurn(() => this.commitNow(work));
  }

  /** Moves the checkpoint and nothing else, in one statement. `position` is asked when its turn has come. */
  save(position: () => bigint): Promise<void> {
    return this.inTurn(async () => {
      this.signal.throwIfAborted();
      const to = position();
      if (to <= this.place) return;
      await this.options.checkpoints.save(this.lease, to);
      this.movedTo(to);
    });
  }

  /** While no unit of work of this session is open. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  noteProgress(): void {
    this.progress.lastProgressAt = this.options.clock.now();
  }

  /** Whether a call is being repeated because something it needs is unavailable. */
  get isTroubled(): boolean {
    return this.repeated.size > 0;
  }

  noteTrouble(call: object, error: unknown): void {
    this.repeated.add(call);
    this.progress.lastError = error;
    if (!this.intake.aborted) this.progress.state = 'backing-off';
  }

  noteRecovery(call: object): void {
    if (!this.repeated.delete(call) || this.isTroubled || this.intake.aborted) return;
    this.progress.state = 'running';
    this.progress.lastError = undefined;
  }

  /** Waits for news of the log after `position`, for {@link wake}, or for `maxMs`. */
  async nap(position: bigint, maxMs: number): Promise<void> {
    if (this.alarm.signal.aborted) this.alarm = new AbortController();
    const { alarm } = this;
    this.napping = () => alarm.abort(WOKEN);
    if (!this.intake.aborted) await this.options.tail.changed(this.cursorAt(position), maxMs, alarm.signal);
    this.napping = undefined;
  }

  wake(): void {
    this.napping?.();
  }

  private async commitNow(work: (transaction: Transaction) => Promise<bigint>): Promise<void> {
    this.signal.throwIfAborted();
    let complete = false;
    let unit: Transaction | undefined;
    let moved = this.place;
    try {
      moved = await this.options.unitOfWork.run(async (transaction) => {
        complete = false;
        unit = transaction;
        const position = await work(transaction);
        this.signal.throwIfAborted();
        await this.options.checkpoints.save(this.lease, position);
        complete = true;
        return position;
      });
    } catch (error) {
      const certain = !complete || unit?.isRollbackOnly || error instanceof UnitOfWorkRolledBackError;
      throw certain || isInfrastructure(error) ? error : new CommitUncertainError(this.lease.name, error);
    }
    this.movedTo(moved);
  }

  private movedTo(position: bigint): void {
    this.place = position;
    this.progress.position = position;
    this.noteProgress();
    this.options.onMoved?.(position);
  }
}
