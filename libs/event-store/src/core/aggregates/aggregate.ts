// The base of every aggregate: decides by raising events, changes state only by applying them. Pure: no framework, no I/O, no clock.
import { aggregateDefinition } from './aggregate.decorators.js';
import { CorruptStreamError, EventNotRegisteredError } from '../errors.js';
import type { Class } from '../events/event.js';

/** A row of this aggregate with its place in the stream, as {@link EventSourcedAggregate.apply} wants it. */
export interface AppliedEvent {
  readonly aggregateId: string;
  readonly version: number;
  /** What the row is today: one, unless an upcaster makes none or several of it. */
  readonly events: readonly object[];
}

export abstract class EventSourcedAggregate<State extends object> {
  /** Plain JSON data, replaced, never mutated. Initialised by the subclass. */
  abstract state: State;

  #currentVersion = 0; // #private, so that subclasses may use these names for methods of their own
  #raised: object[] = [];

  constructor(readonly id: string) {}

  /** Version of the last event, raised ones included; 0 when there is none. */
  get version(): number {
    return this.#currentVersion;
  }

  /** Version the store has: what a save expects. */
  get storedVersion(): number {
    return this.#currentVersion - this.#raised.length;
  }

  get exists(): boolean {
    return this.#currentVersion > 0;
  }

  /** Events raised since the last save, oldest first. */
  get changes(): readonly object[] {
    return this.#raised;
  }

  /** Decides: the event is applied at once and stored on the next save. @throws EventNotRegisteredError when no `@When` takes it. */
  protected raise(event: object): void {
    this.#change(event);
    this.#currentVersion += 1;
    this.#raised.push(event);
  }

  /**
   * For stores: applies all that one stored row is today; the version moves by one, however many that are.
   * @throws CorruptStreamError of another aggregate, or not the next version.
   */
  apply({ aggregateId, version, events }: AppliedEvent): void {
    if (aggregateId !== this.id) {
      throw new CorruptStreamError(`${this.constructor.name} ${this.id} was given an event of ${aggregateId}.`);
    }
    if (version !== this.#currentVersion + 1) {
      throw new CorruptStreamError(
        `${this.constructor.name} ${this.id} is at version ${this.#currentVersion} and was given version ${version}; expected ${this.#currentVersion + 1}.`,
      );
    }
    for (const event of events) this.#change(event);
    this.#currentVersion = version;
  }

  /** For stores: begins at a snapshot instead of at nothing. @throws CorruptStreamError when events were applied already. */
  restore({ version, state }: { readonly version: number; readonly state: object }): void {
    if (this.#currentVersion > 0) {
      throw new CorruptStreamError(
        `${this.constructor.name} ${this.id} is at version ${this.#currentVersion} already.`,
      );
    }
    this.state = state as State;
    this.#currentVersion = version;
  }

  /** For stores: the raised events are stored now. */
  markSaved(): void {
    this.#raised = [];
  }

  #change(event: object): void {
    const applier = aggregateDefinition(this.constructor as Class).appliers.get(event.constructor as Class);
    if (applier === undefined) {
      throw new EventNotRegisteredError(
        event.constructor.name,
        `${this.constructor.name} has no @When(${event.constructor.name}): add one.`,
      );
    }
    (this as unknown as Record<string | symbol, (event: object) => void>)[applier]!(event);
  }
}
