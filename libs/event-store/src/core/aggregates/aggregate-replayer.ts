// An aggregate from its stream: a snapshot it can believe, if there is one, and the events after it.
import { aggregateDefinition } from './aggregate.decorators.js';
import type { EventSourcedAggregate } from './aggregate.js';
import { AggregateSnapshots } from './aggregate-snapshots.js';
import type { Clock } from '../clock.js';
import { streamName, type EventToAppend } from '../events/event.js';
import type { EventRegistry } from '../events/event-registry.js';
import type { EventStore, ReadStreamOptions, ReplayedEvent } from '../ports/event-store.js';
import { spanAttributes as names } from '../telemetry/span-attributes.js';
import { inSpan, type Span } from '../telemetry/tracing.js';
import type { Snapshot, SnapshotStore } from './snapshot.js';

export type AggregateClass<A extends EventSourcedAggregate<object>> = new (id: string) => A;

export interface AggregateReplayerOptions {
  readonly events: EventStore;
  readonly registry: EventRegistry;
  readonly clock: Clock;
  /** Without it no snapshots are taken, whatever `@Aggregate` says. */
  readonly snapshots?: SnapshotStore | undefined;
  /** Hears why no snapshot was taken. */
  readonly warn?: ((message: string, error?: unknown) => void) | undefined;
}

export class AggregateReplayer<A extends EventSourcedAggregate<object>> {
  private readonly category: string;
  private readonly snapshots: AggregateSnapshots<A> | undefined;

  constructor(
    private readonly aggregateClass: AggregateClass<A>,
    private readonly options: AggregateReplayerOptions,
  ) {
    this.category = aggregateDefinition(aggregateClass).category;
    const { snapshots: store, clock, warn } = options;
    this.snapshots = AggregateSnapshots.of(aggregateClass, { store, clock, warn });
  }

  /** At version 0 where there is no stream, or nothing of it within the options. */
  replay(id: string, options: ReadStreamOptions = {}): Promise<A> {
    return inSpan(
      () => ({ name: `load ${this.category}`, attributes: { [names.stream]: this.streamOf(id) } }),
      (span) => this.replayIn(span, id, options),
    );
  }

  private async replayIn(span: Span | undefined, id: string, options: ReadStreamOptions): Promise<A> {
    const snapshot = options.until ? undefined : await this.snapshots?.find(this.streamOf(id), options.toVersion);
    const continued = snapshot && (await this.continued(snapshot, id, options));
    if (snapshot && !continued) this.snapshots?.drop(snapshot);
    const aggregate = continued ?? (await this.fromBeginning(id, options));
    const skipped = continued ? snapshot.version : 0;
    span?.set({ [names.version]: aggregate.version, [names.eventsRead]: aggregate.version - skipped });
    return aggregate;
  }

  /** The aggregate has been stored, `events` last; `changes` are the same as instances. */
  appended(aggregate: A, events: readonly EventToAppend[], changes: readonly object[], version: number): void {
    for (const [index, event] of events.entries()) this.snapshots?.passed(aggregate, event, [changes[index]!]);
    this.snapshots?.appended(aggregate, this.streamOf(aggregate.id), version);
  }

  private async fromBeginning(id: string, options: ReadStreamOptions): Promise<A> {
    const aggregate = new this.aggregateClass(id);
    this.snapshots?.began(aggregate, undefined);
    for await (const events of this.options.events.replay(this.streamOf(id), options)) {
      for (const stored of events) this.apply(aggregate, stored);
    }
    return aggregate;
  }

  /** Undefined when the stream does not have the snapshot's version: the snapshot is of another history. */
  private async continued(snapshot: Snapshot, id: string, options: ReadStreamOptions): Promise<A | undefined> {
    const aggregate = new this.aggregateClass(id);
    this.snapshots?.began(aggregate, snapshot);
    let confirmed = false;
    const from = { ...options, fromVersion: snapshot.version };
    for await (const events of this.options.events.replay(snapshot.stream, from)) {
      for (const stored of events) {
        if (confirmed) this.apply(aggregate, stored);
        else if (stored.version !== snapshot.version) return undefined;
        confirmed = true;
      }
    }
    return confirmed ? aggregate : undefined;
  }

  private apply(aggregate: A, stored: ReplayedEvent): void {
    const events = this.options.registry.decodeAll(stored);
    aggregate.apply({ aggregateId: aggregate.id, version: stored.version, events });
    this.snapshots?.passed(aggregate, stored, events);
  }

  private streamOf(id: string): string {
    return streamName(this.category, id);
  }
}
