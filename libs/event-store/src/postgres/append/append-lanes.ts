// Group commit: appends of this process that wait share the next statement. Each keeps its own outcome, and those of one stream their order.
import { OverloadedError, type AppendRequest, type AppendResult } from '../../core/index.js';

/** Undefined: not stored, because somebody was first; not yet clear who. */
type Outcome = AppendResult | undefined;

interface Waiting {
  readonly request: AppendRequest;
  readonly bytes: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

export interface AppendLanesOptions {
  /** Sends appends of different streams in one statement: all outcomes, in the order given. */
  readonly send: (requests: readonly AppendRequest[]) => Promise<readonly Outcome[]>;
  /** Sends one append by itself, with time to wait for others. */
  readonly sendAlone: (request: AppendRequest) => Promise<Outcome>;
  /** Whether an error of `send` is the answer for each of its appends: sending them alone would not help. */
  readonly isAnswer: (error: unknown, appends: number) => boolean;
  /** Statements under way at a time, default 2. */
  readonly lanes?: number;
  /** Appends in one statement at most, default 128. */
  readonly batchSize?: number;
  /** Events in one statement at most, default 1,000; an append is never divided. */
  readonly batchEvents?: number;
  /** Their size as JSON, default 4 MiB; a larger append goes by itself. */
  readonly batchBytes?: number;
  /** Appends that may wait, default 10,000. */
  readonly waitingSize?: number;
  /** Their size as JSON, default 256 MiB. */
  readonly waitingBytes?: number;
}

const MIB = 1024 * 1024;

export class AppendLanes {
  private waiting: Waiting[] = [];
  private bytesWaiting = 0;
  /** Of appends under way: the next one of the stream needs the version that this one makes. */
  private readonly busyStreams = new Set<string>();
  private readonly lanes: number;
  private freeLanes: number;
  private underWay = 0;
  private turning = false;

  constructor(private readonly options: AppendLanesOptions) {
    this.lanes = options.lanes ?? 2;
    this.freeLanes = this.lanes;
  }

  /**
   * @param bytes its size as JSON.
   * @throws OverloadedError; otherwise as the statement itself, whoever shares it.
   */
  append(request: AppendRequest, bytes: number): Promise<Outcome> {
    const { waitingSize = 10_000, waitingBytes = 256 * MIB } = this.options;
    const { length } = this.waiting;
    if (length >= waitingSize || (length > 0 && this.bytesWaiting + bytes > waitingBytes)) {
      return Promise.reject(new OverloadedError(length));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, bytes, resolve, reject });
      this.bytesWaiting += bytes;
      // Idle: no turn of the event loop is waited for. Behind another append of its stream there is nothing to look for.
      if (!this.turning && !this.busyStreams.has(request.stream)) this.fill();
    });
  }

  private fill(): void {
    while (this.freeLanes > 0 && this.waiting.length > 0) {
      const batch = this.take();
      if (batch.length === 0) return;
      this.freeLanes -= 1;
      this.underWay += batch.length;
      void this.run(batch);
    }
  }

  /**
   * The longest waiting first, and no more than a lane's share of all, so that the database works on one statement while the answer of another
   * is read. Those of a stream that is under way stay, in their order. Nobody passes one that does not fit.
   */
  private take(): Waiting[] {
    const { batchSize = 128, batchEvents = 1_000, batchBytes = 4 * MIB } = this.options;
    const share = Math.min(batchSize, Math.ceil((this.underWay + this.waiting.length) / this.lanes));
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    let [events, bytes] = [0, 0];
    for (const [index, one] of this.waiting.entries()) {
      if (this.busyStreams.has(one.request.stream)) {
        left.push(one);
        continue;
      }
      events += one.request.events.length;
      bytes += one.bytes;
      const fits = batch.length < share && events <= batchEvents && bytes <= batchBytes;
      if (batch.length > 0 && !fits) {
        left.push(...this.waiting.slice(index));
        break;
      }
      this.busyStreams.add(one.request.stream);
      batch.push(one);
      this.bytesWaiting -= one.bytes;
    }
    this.waiting = left;
    return batch;
  }

  private async run(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.options.send(batch.map(({ request }) => request));
      batch.forEach((one, index) => this.end(one, () => one.resolve(outcomes[index])));
    } catch (error) {
      if (this.options.isAnswer(error, batch.length)) for (const one of batch) this.end(one, () => one.reject(error));
      else for (const one of batch) void this.runAlone(one); // outside the lane: whom it waits for keeps nobody else waiting
    }
    this.freeLanes += 1;
    this.underWay -= batch.length;
    if (batch.length > 1 || this.waiting.length > 0) this.nextTurn();
  }

  private async runAlone(one: Waiting): Promise<void> {
    try {
      const outcome = await this.options.sendAlone(one.request);
      this.end(one, () => one.resolve(outcome));
    } catch (error) {
      this.end(one, () => one.reject(error));
    }
    this.nextTurn();
  }

  private end({ request }: Waiting, settle: () => void): void {
    this.busyStreams.delete(request.stream);
    settle();
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
