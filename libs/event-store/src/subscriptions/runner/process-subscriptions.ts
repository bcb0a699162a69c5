// All subscriptions of one process: a runner for each that is whole, and a share of the segments of those that processes divide among themselves.
import type { LogName, MemberStore } from '../../core/index.js';
import type { LiveTail } from './live-tail.js';
import type { Logger } from '../logger.js';
import type { SubscriptionRunnerOptions } from './runner-options.js';
import { SegmentShare } from '../segments/segment-share.js';
import type { RunnerStatus } from './status.js';
import type { SubscriptionDefinition } from '../subscription.js';
import { SubscriptionRunner } from './subscription-runner.js';

export interface ProcessSubscriptionsOptions extends Omit<
  SubscriptionRunnerOptions,
  'definition' | 'tail' | 'logger' | 'onMoved'
> {
  readonly definitions: readonly SubscriptionDefinition[];
  readonly members: MemberStore;
  readonly tailOf: (log: LogName) => LiveTail;
  readonly loggerOf: (subscription: string) => Logger;
  /** Told whenever a checkpoint moves, as a runner's `onMoved`. */
  readonly moved?: (subscription: SubscriptionDefinition, position: bigint) => void;
}

export class ProcessSubscriptions {
  private readonly all: readonly (SubscriptionRunner | SegmentShare)[];

  constructor(private readonly options: ProcessSubscriptionsOptions) {
    const { whole, divided } = dividedApart(options.definitions);
    this.all = [...whole.map((one) => this.runnerOf(one)), ...divided.map((segments) => this.shareOf(segments))];
  }

  /** What every subscription does now; of a divided one, the segments of this process. */
  statuses(): RunnerStatus[] {
    return this.all.flatMap((one) => (one instanceof SegmentShare ? one.statuses() : one.status()));
  }

  start(): void {
    for (const one of this.all) one.start();
  }

  /** Never rejects. */
  async stop(): Promise<void> {
    await Promise.all(this.all.map((one) => one.stop()));
  }

  private runnerOf(definition: SubscriptionDefinition): SubscriptionRunner {
    const { tailOf, loggerOf, moved } = this.options;
    return new SubscriptionRunner({
      ...this.options,
      definition,
      tail: tailOf(definition.log),
      logger: loggerOf(definition.name),
      onMoved: (position) => moved?.(definition, position),
    });
  }

  private shareOf(segments: readonly Segment[]): SegmentShare {
    const { log, segmentOf: name } = segments[0]!;
    return new SegmentShare({
      ...this.options,
      group: { name, log },
      segments,
      createRunner: (segment) => this.runnerOf(segment),
      initial: () => this.options.tailOf(log).log.beginning(),
      logger: this.options.loggerOf(name),
    });
  }
}

type Segment = SubscriptionDefinition & { readonly segmentOf: string };

function isSegment(definition: SubscriptionDefinition): definition is Segment {
  return 'segmentOf' in definition && definition.segmentOf !== undefined;
}

function dividedApart(definitions: readonly SubscriptionDefinition[]) {
  const divided = new Map<string, Segment[]>();
  for (const one of definitions.filter(isSegment)) {
    const group = `${one.log}/${one.segmentOf}`;
    divided.set(group, [...(divided.get(group) ?? []), one]);
  }
  return { whole: definitions.filter((one) => !isSegment(one)), divided: [...divided.values()] };
}
