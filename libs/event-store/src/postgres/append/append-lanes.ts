// Group commit: appends of this process that wait share the next statement. Each keeps its own outcome, and those of one stream their order.
import { OverloadedError, type ValidAppend } from '../../core/index.js';
import { AppendQueue, type QueueLimits } from './append-queue.js';
import { PatientAppends } from './patient-appends.js';
import { keysOf, type Outcome, type Waiting } from './waiting.js';

/** What a failed statement says of its appends. */
export type Meaning =
  /** It is the answer for all of them: the database is away. */
  | 'everybody'
  /** One of them waits for a lock, which keeps its neighbours waiting. */
  | 'wait'
  /** One of them is to blame, or the statement was too much at once. */
  | 'somebody';

export interface AppendLanesOptions extends QueueLimits {
  /** Sends appends of different streams in one statement, which soon gives up waiting for a lock: all outcomes, in the order given. */
  readonly send: (requests: readonly ValidAppend[]) => Promise<readonly Outcome[]>;
  /** Sends one append by itself, with time to wait for others. */
  readonly sendPatiently: (request: ValidAppend) => Promise<Outcome>;
  readonly meaningOf: (error: unknown) => Meaning;
  /** Statements under way at a time, default 2. */
  readonly lanes?: number;
}

export class AppendLanes {
  private readonly queue: AppendQueue;
  private readonly patient: PatientAppends;
  private readonly lanes: number;
  private freeLanes: number;
  private underWay = 0;
  private turning = false;

  constructor(private readonly options: AppendLanesOptions) {
    this.lanes = options.lanes ?? 2;
    this.freeLanes = this.lanes;
    this.queue = new AppendQueue(options);
    this.patient = new PatientAppends(options.sendPatiently, (one) => this.end(one));
  }

  /** @throws OverloadedError; otherwise as the statement itself, whoever shares it. */
  append(request: ValidAppend): Promise<Outcome> {
    if (!this.queue.hasRoomFor(request.bytes, this.patient.size)) {
      return Promise.reject(new OverloadedError(this.queue.size + this.patient.size));
    }
    return new Promise((resolve, reject) => {
      const mayGo = this.queue.add({ request, keys: keysOf(request), since: this.options.now(), resolve, reject });
      if (mayGo && !this.turning) this.fill(); // idle: no turn of the event loop is waited for
    });
  }

  private fill(): void {
    while (this.freeLanes > 0 && this.queue.size > 0) {
      // A lane's share of all, so that the database works on one statement while the answer of another is read.
      const share = Math.ceil((this.underWay + this.queue.size) / this.lanes);
      const { batch, large } = this.queue.take(share);
      for (const one of large) this.patient.add(one);
      if (batch.length === 0) return;
      this.freeLanes -= 1;
      this.underWay += batch.length;
      void this.run(batch);
    }
  }

  private async run(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.options.send(batch.map(({ request }) => request));
      for (const [index, one] of batch.entries()) {
        this.queue.release(one);
        one.resolve(outcomes[index]);
      }
    } catch (error) {
      if (batch.length === 1 || this.options.meaningOf(error) === 'everybody') {
        for (const one of batch) this.failed(one, error);
      } else for (const one of batch) await this.runAlone(one);
    }
    this.freeLanes += 1;
    this.underWay -= batch.length;
    if (batch.length > 1 || this.queue.size > 0) this.nextTurn();
  }

  /** Still in the lane, so that what is taken apart does not pile up beside it. */
  private async runAlone(one: Waiting): Promise<void> {
    try {
      const [outcome] = await this.options.send([one.request]);
      this.queue.release(one);
      one.resolve(outcome);
    } catch (error) {
      this.failed(one, error);
    }
  }

  private failed(one: Waiting, error: unknown): void {
    if (this.options.meaningOf(error) === 'wait') return this.patient.add(one);
    this.queue.release(one);
    one.reject(error);
  }

  private end(one: Waiting): void {
    this.queue.release(one);
    this.nextTurn();
  }

  /** Callers that append again as soon as they have their answer share the next statement. */
  private nextTurn(): void {
    if (this.turning) return;
    this.turning = true;
    setImmediate(() => {
      this.turning = false;
      this.fill();
    });
  }
}
