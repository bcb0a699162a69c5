// given(Order, …).when(…).then(…): the domain in sentences, on the production wiring.
import type { AggregateClass, Class, DomainError, EventSourcedAggregate } from '../../core/index.js';
import { decide, type Decision, type Past } from './decision.js';
import { checkRaised, checkRejected, checkState, checkThrown } from './decision-checks.js';
import { Step } from './failure.js';
import { Unfinished } from './unfinished.js';

type AnyAggregate = EventSourcedAggregate<object>;

/** A promise of what is expected so far, to return or to await. */
export interface DecisionOutcome<A extends AnyAggregate> extends Promise<void> {
  /** Of the state rebuilt from the events afterwards, the fields that are named. */
  thenState(state: Partial<A['state']>): DecisionOutcome<A>;
}

const DEFAULT_ID = '00000000-0000-4000-8000-000000000001';

/**
 * An aggregate with this past; without events it does not exist yet. Events may be instances of their classes or {@link storedEvent}.
 * What is raised becomes JSON, is stored and read back, so that what a test sees is what the next command will see.
 */
export function given<A extends AnyAggregate>(
  aggregateClass: AggregateClass<A>,
  ...history: readonly object[]
): GivenAggregate<A> {
  return new GivenAggregate({ aggregateClass, history, id: DEFAULT_ID });
}

class GivenAggregate<A extends AnyAggregate> extends Unfinished {
  constructor(private readonly past: Past<A>) {
    const chain = `given(${past.aggregateClass.name}, …)`;
    super({ chain, next: '.when((aggregate) => …) or .thenState({ … })', mustGoOn: false });
  }

  /** Its id, where the test has to know it. */
  of(id: string): GivenAggregate<A> {
    return new GivenAggregate({ ...this.past, id });
  }

  /** The decision under test. */
  when(decision: (aggregate: A) => void | Promise<void>): DecidedAggregate<A> {
    return new DecidedAggregate(this.past.aggregateClass.name, () => decide(this.past, decision));
  }

  /** Of the state rebuilt from the history, the fields that are named. */
  thenState(state: Partial<A['state']>): Promise<void> {
    const step = new Step('thenState');
    return decide(this.past, () => undefined).then((rebuilt) => checkState(rebuilt, state, step));
  }
}

class DecidedAggregate<A extends AnyAggregate> extends Unfinished<
  /** The events that were raised: all of them, in this order. */
  (...events: readonly object[]) => DecisionOutcome<A>
> {
  private decision: Promise<Decision> | undefined;

  constructor(
    aggregate: string,
    private readonly run: () => Promise<Decision>,
  ) {
    const next = '.then(…events), .thenNothing(), .thenRejected(…), .thenThrows(…) or .thenState({ … })';
    super({ chain: `given(${aggregate}, …).when(…)`, next, mustGoOn: true });
  }

  /** Nothing was raised, and nothing was thrown either. */
  thenNothing(): DecisionOutcome<A> {
    const step = new Step('thenNothing');
    return this.expect((decision) => checkRaised(decision, [], step));
  }

  /** A business rule said no: the class of the DomainError, or its code. */
  thenRejected(reason: Class<DomainError> | string): Promise<void> {
    const step = new Step('thenRejected');
    return this.expect((decision) => checkRejected(decision, reason, step));
  }

  /** Something else was thrown than a rejection: an alarm, which is retried and then parked. */
  thenThrows(error: Class<Error>): Promise<void> {
    const step = new Step('thenThrows');
    return this.expect((decision) => checkThrown(decision, error, step));
  }

  /** Of the state rebuilt from the events afterwards, the fields that are named. */
  thenState(state: Partial<A['state']>): DecisionOutcome<A> {
    const step = new Step('thenState');
    return this.expect((decision) => checkState(decision, state, step));
  }

  protected override thenStep(events: readonly unknown[], step: Step): DecisionOutcome<A> {
    if (events.length === 0) return this.expect(() => failForWantOfEvents(step));
    return this.expect((decision) => checkRaised(decision, events as readonly object[], step));
  }

  private expect(check: (decision: Decision) => void, before: Promise<void> = Promise.resolve()): DecisionOutcome<A> {
    this.goOn();
    this.decision ??= this.run();
    const checked = Promise.all([this.decision, before]).then(([decision]) => check(decision));
    const thenState = (state: Partial<A['state']>): DecisionOutcome<A> => {
      const step = new Step('thenState');
      return this.expect((decision) => checkState(decision, state, step), checked);
    };
    return Object.assign(checked, { thenState });
  }
}

function failForWantOfEvents(step: Step): never {
  throw step.failure(['then() names no event. Where none is expected: thenNothing().']);
}

export type { DecidedAggregate, GivenAggregate };
