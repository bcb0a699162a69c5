// One decision of an aggregate as production makes it: through the aggregate store, on events that have been JSON.
import {
  aggregateDefinition,
  contentHash,
  deterministicId,
  MessageContext,
  streamName,
  type AggregateClass,
  type EventSourcedAggregate,
} from '../../core/index.js';
import { createMemoryStore } from '../../memory/create-memory-store.js';
import { ManualClock } from '../manual-clock.js';
import { encodeGiven } from './given-events.js';

export interface Decision {
  readonly history: readonly object[];
  /** The events of the decision as read back from the store. */
  readonly raised: readonly object[];
  readonly error: { readonly thrown: unknown } | undefined;
  /** The aggregate's own state after the decision; undefined when it threw. */
  readonly decided: object | undefined;
  /** The state of all its events. */
  readonly rebuilt: object;
}

export interface Past<A extends EventSourcedAggregate<object>> {
  readonly aggregateClass: AggregateClass<A>;
  readonly id: string;
  readonly history: readonly object[];
}

/** With a past it is an update, without one a creation. @throws what is wrong with the past itself */
export async function decide<A extends EventSourcedAggregate<object>>(
  { aggregateClass, id, history }: Past<A>,
  decision: (aggregate: A) => void | Promise<void>,
): Promise<Decision> {
  const { aggregates, events, registry } = createMemoryStore({ clock: new ManualClock() });
  const store = aggregates(aggregateClass);
  if (history.length > 0) {
    const stream = streamName(aggregateDefinition(aggregateClass).category, id);
    const past = history.map((event, index) => ({
      id: deterministicId('given', index),
      ...encodeGiven(event, registry),
      metadata: { correlationId: 'given' },
    }));
    await events.append({ stream, expected: 'no-stream', events: past });
  }
  let decided: object | undefined;
  const deciding = async (aggregate: A): Promise<void> => {
    await decision(aggregate);
    decided = structuredClone(aggregate.state);
  };
  let error: { readonly thrown: unknown } | undefined;
  try {
    await MessageContext.run(asCommand(), () =>
      history.length > 0 ? store.update(id, deciding) : store.create(id, deciding),
    );
  } catch (thrown) {
    error = { thrown };
  }
  const stored = await store.history(id);
  const raised = stored.slice(history.length).map((event) => registry.decode(event));
  const rebuilt = stored.length > 0 ? (await store.load(id)).state : new aggregateClass(id).state;
  return { history, raised, error, decided, rebuilt };
}

/** So that a rejection is recorded, and answered, as in production. */
function asCommand(): MessageContext {
  const command = { id: deterministicId('given', 'command'), type: 'Decision', contentHash: contentHash('Decision') };
  return new MessageContext({ correlationId: 'given', command });
}
