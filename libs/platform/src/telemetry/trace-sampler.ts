// Which of the traces that begin here are kept: all of them while there are few, and a share of those beyond. What a trace costs a service is bounded
// then, and who tries something out finds every trace. Loaded only where tracing is on.
import { ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import {
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
  type SamplingResult,
} from '@opentelemetry/sdk-trace-node';

const KEPT: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };
const LEFT_OUT: SamplingResult = { decision: SamplingDecision.NOT_RECORD };

export interface TraceSamplerOptions {
  /** So many a second are kept whatever the share is; unused ones are saved for one second. */
  readonly perSecond: number;
  /** Of the others, from 0 to 1, by their ids: whoever has the same share and sees the same id decides alike. */
  readonly share: number;
  /** Milliseconds of a clock that is never set back. */
  readonly now?: () => number;
}

export class TraceSampler implements Sampler {
  private readonly perSecond: number;
  private readonly isEvery: boolean;
  private readonly shares: TraceIdRatioBasedSampler;
  private readonly now: () => number;
  /** Traces that may still be kept, and when that was so. */
  private left: number;
  private at: number;

  constructor({ perSecond, share, now = () => performance.now() }: TraceSamplerOptions) {
    this.perSecond = perSecond;
    this.isEvery = share === 1;
    this.shares = new TraceIdRatioBasedSampler(share);
    this.now = now;
    this.left = perSecond;
    this.at = now();
  }

  keeps(traceId: string): boolean {
    if (this.isEvery || this.takeOne()) return true;
    return this.shares.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED;
  }

  /** For spans of other libraries, behind a `ParentBasedSampler`. */
  shouldSample(_context: Context, traceId: string): SamplingResult {
    return this.keeps(traceId) ? KEPT : LEFT_OUT;
  }

  toString(): string {
    return `TraceSampler{${this.perSecond} a second, ${this.shares.toString()} beyond}`;
  }

  private takeOne(): boolean {
    const now = this.now();
    this.left = Math.min(this.perSecond, this.left + ((now - this.at) / 1_000) * this.perSecond);
    this.at = now;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
