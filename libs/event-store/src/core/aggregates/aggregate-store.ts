// Load, decide, save. Conflicts are retried on fresh state, and a command that arrives again gets its first result without reaching the decision.
import { aggregateDefinition } from './aggregate.decorators.js';
import type { EventSourcedAggregate } from './aggregate.js';
import { AggregateReplayer, type AggregateClass, type AggregateReplayerOptions } from './aggregate-replayer.js';
import { deterministicId, type IdGenerator } from '../ids.js';
import { AggregateAlreadyExistsError, AggregateNotFoundError, DomainError } from './domain-errors.js';
import { InvalidRequestError, TooManyConflictsError, WrongExpectedVersionError } from '../errors.js';
import { streamName, type EventToAppend, type StoredEvent } from '../events/event.js';
import type { AppendResult, CommandKey } from '../ports/event-store.js';
import { firstAnswer, rejectionOf, unchanged } from './first-answer.js';
import { MessageContext } from '../message-context.js';
import { meter } from '../telemetry/metering.js';
import { spanAttributes as names } from '../telemetry/span-attributes.js';
import { stateChanges, type StateChange } from './state-changes.js';
import { storeMetrics } from '../telemetry/store-metrics.js';
import { inSpan } from '../telemetry/tracing.js';
import { currentTransaction } from '../ports/unit-of-work.js';

export interface AggregateStoreOptions extends AggregateReplayerOptions {
  readonly ids: IdGenerator;
}

export interface UpdateOptions {
  /**
   * How often it is decided in all before {@link TooManyConflictsError}, default 10. 1 where callers have to look again themselves: they then get
   * the WrongExpectedVersionError.
   */
  readonly attempts?: number;
}

const DEFAULT_ATTEMPTS = 10;

/** What a decision does to the aggregate; may be asynchronous but must be repeatable: it runs again after a conflict. */
export type Decision<A> = (aggregate: A) => void | Promise<void>;

/** How one comes by the aggregate that is decided on. */
interface Way<A> {
  readonly obtain: () => Promise<A>;
  readonly attempts: number;
  /** That there is one already is the answer then. */
  readonly isNew?: boolean;
}

export class AggregateStore<A extends EventSourcedAggregate<object>> {
  private readonly category: string;
  private readonly replayer: AggregateReplayer<A>;

  constructor(
    private readonly aggregateClass: AggregateClass<A>,
    private readonly options: AggregateStoreOptions,
  ) {
    this.category = aggregateDefinition(aggregateClass).category;
    this.replayer = new AggregateReplayer(aggregateClass, options);
  }

  /**
   * Decides on a new aggregate; expects no stream.
   * @throws AggregateAlreadyExistsError (recorded as the command's answer); @throws DomainError whatever the decision throws.
   */
  create(id: string, decide: Decision<A>): Promise<AppendResult> {
    return this.decideOnce(id, decide, {
      obtain: () => Promise.resolve(new this.aggregateClass(id)),
      attempts: DEFAULT_ATTEMPTS,
      isNew: true,
    });
  }

  /**
   * Decides on an existing aggregate, again on fresh state when another writer was first.
   * @throws AggregateNotFoundError, @throws DomainError (both recorded as the command's answer).
   * @throws TooManyConflictsError after 10 lost races, or as many as the options say; safe to retry.
   */
  async update(id: string, decide: Decision<A>, options?: UpdateOptions): Promise<AppendResult> {
    return this.decideOnce(id, decide, { obtain: () => this.load(id), attempts: attemptsOf(options) });
  }

  /**
   * Decides on an aggregate that may or may not exist yet, and sees which by its `exists`: for two messages either of which may come first. Whoever loses the race
   * to create it decides again, on what the other has made.
   * @throws DomainError whatever the decision throws (recorded as the command's answer); @throws TooManyConflictsError as {@link update}.
   */
  async createOrUpdate(id: string, decide: Decision<A>, options?: UpdateOptions): Promise<AppendResult> {
    return this.decideOnce(id, decide, { obtain: () => this.replayer.replay(id), attempts: attemptsOf(options) });
  }

  /** @throws AggregateNotFoundError */
  async load(id: string): Promise<A> {
    const aggregate = await this.replayer.replay(id);
    if (!aggregate.exists) throw new AggregateNotFoundError(this.category, id);
    return aggregate;
  }

  /** As it was at a version (1..n) or a time. @throws AggregateNotFoundError when it did not exist then, or never had that version. */
  async loadAt(id: string, at: number | Date): Promise<A> {
    if (typeof at === 'number' && (!Number.isInteger(at) || at < 1)) {
      throw new InvalidRequestError(`Expected a version from 1, got ${at}.`);
    }
    const aggregate = await this.replayer.replay(id, typeof at === 'number' ? { toVersion: at } : { until: at });
    if (!aggregate.exists || (typeof at === 'number' && aggregate.version !== at)) {
      throw new AggregateNotFoundError(this.category, id);
    }
    return aggregate;
  }

  /** What changed of the state between two versions (0: before it existed), field by field. @throws AggregateNotFoundError as {@link loadAt}. */
  async diff(id: string, from: number, to: number): Promise<StateChange[]> {
    const stateAt = async (version: number): Promise<object> =>
      version === 0 ? new this.aggregateClass(id).state : (await this.loadAt(id, version)).state;
    return stateChanges(await stateAt(from), await stateAt(to));
  }

  /** The stream as it was stored, oldest first; empty when there is none. */
  history(id: string): Promise<StoredEvent[]> {
    return this.options.events.readStream(streamName(this.category, id));
  }

  /** Of the last event that is stored, 0 where there is none: what a row of a read model has to have for nobody to be shown less than they were told. */
  version(id: string): Promise<number> {
    return this.options.events.streamVersion(streamName(this.category, id));
  }

  async exists(id: string): Promise<boolean> {
    return (await this.version(id)) > 0;
  }

  /**
   * Stores what the aggregate has raised since it was loaded.
   * @throws WrongExpectedVersionError another writer was first: load and decide again ({@link update} does).
   */
  save(aggregate: A): Promise<AppendResult> {
    return this.append(aggregate, this.commandKey(streamName(this.category, aggregate.id)));
  }

  private async decideOnce(
    id: string,
    decide: Decision<A>,
    { obtain, attempts, isNew = false }: Way<A>,
  ): Promise<AppendResult> {
    const { events, clock, ids } = this.options;
    const stream = streamName(this.category, id);
    const command = this.commandKey(stream);
    for (let attempt = 1; ; attempt += 1) {
      const known = command && (await events.findCommand(command));
      if (known) return firstAnswer(known, stream);
      try {
        const aggregate = await obtain();
        await decide(aggregate);
        return await this.append(aggregate, command);
      } catch (error) {
        if (error instanceof DomainError) return this.reject(error, stream, command);
        if (!(error instanceof WrongExpectedVersionError)) throw error;
        if (isNew && error.expected === 'no-stream') {
          return this.reject(new AggregateAlreadyExistsError(this.category, id), stream, command);
        }
        if (currentTransaction() || attempts === 1) throw error;
        if (attempt >= attempts) throw new TooManyConflictsError(stream, attempt, error);
        meter()?.add(storeMetrics.conflictRetries, { category: this.category });
        await clock.sleep(ids.random() * Math.min(100, 2 ** attempt));
      }
    }
  }

  private async append(aggregate: A, command: CommandKey | undefined): Promise<AppendResult> {
    const { events, registry, ids } = this.options;
    const stream = streamName(this.category, aggregate.id);
    if (aggregate.changes.length === 0) {
      const outcome = { outcome: 'unchanged', version: aggregate.version } as const;
      const first = command ? await events.recordCommand(command, outcome) : outcome;
      return first === outcome ? unchanged(stream, aggregate.version) : firstAnswer(first, stream);
    }
    const metadata = MessageContext.current()?.metadata ?? { correlationId: ids.next() };
    const { changes } = aggregate;
    const toAppend = changes.map((change, index): EventToAppend => ({
      id: command ? deterministicId(command.id, stream, command.step, index) : ids.next(),
      ...registry.encode(change),
      metadata,
    }));
    const expected = aggregate.storedVersion === 0 ? 'no-stream' : aggregate.storedVersion;
    const result = await inSpan(
      () => ({
        name: `append ${this.category}`,
        attributes: { [names.stream]: stream, [names.eventsAppended]: toAppend.length },
      }),
      async (span) => {
        const appended = await events.append({ stream, expected, events: toAppend, command });
        span?.set({ [names.version]: appended.version, [names.repeated]: appended.repeated });
        return appended;
      },
    );
    aggregate.markSaved();
    if (result.repeated) return result;
    this.replayer.appended(aggregate, toAppend, changes, result.version);
    return result;
  }

  private async reject(error: DomainError, stream: string, command: CommandKey | undefined): Promise<AppendResult> {
    if (!command) throw error;
    const rejection = rejectionOf(error);
    const outcome = await this.options.events.recordCommand(command, { outcome: 'rejected', rejection });
    if (outcome.outcome === 'rejected' && outcome.rejection.code === error.code) throw error;
    return firstAnswer(outcome, stream);
  }

  private commandKey(stream: string): CommandKey | undefined {
    const context = MessageContext.current();
    return context?.command && { ...context.command, stream, step: context.nextStep(stream) };
  }
}

function attemptsOf({ attempts = DEFAULT_ATTEMPTS }: UpdateOptions = {}): number {
  if (Number.isInteger(attempts) && attempts > 0) return attempts;
  throw new InvalidRequestError(`Expected a number of attempts from 1, got ${attempts}.`);
}
