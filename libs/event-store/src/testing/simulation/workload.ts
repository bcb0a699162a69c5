// What is simulated: contexts as their code is, what clients ask of them, and what must have come of it. `shop/` is one; write another for a context of your own.
import type {
  AggregateClass,
  AggregateStore,
  AppendResult,
  Class,
  Clock,
  EventRegistry,
  EventSourcedAggregate,
} from '../../core/index.js';
import type { MemoryDatabase } from '../../memory/index.js';
import type { TopicContract } from '../../messaging/index.js';
import type { Process, SagaFunction } from '../../processes/index.js';
import type { RetryPolicy, SubscriptionDefinition } from '../../subscriptions/index.js';
import type { SystemState, Violation } from '../invariants/index.js';
import type { Random } from '../random.js';
import type { ServiceShape } from '../invariants/topology.js';

export interface Workload {
  /** One run: everything that chance decides about it comes from `random`. */
  prepare(random: Random): PreparedRun;
}

export interface PreparedRun {
  readonly contexts: readonly SimulatedContext[];
  readonly requests: readonly ClientRequest[];
  /** The causes of planted failures go away: what was parked is replayed afterwards. */
  mend(): void;
  /** Whether a record that was parked for this reason had a planted failure. One that had none should have been handled: nobody comes to replay it. */
  isPlanted(reason: string): boolean;
  /** Over the system at rest: what I1 to I5 do not know. */
  check(end: EndOfRun): Violation[];
}

export interface SimulatedContext {
  readonly name: string;
  /** For the checker: what is published and consumed. */
  readonly shape: ServiceShape;
  readonly aggregates: readonly AggregateClass<EventSourcedAggregate<object>>[];
  readonly consumes: readonly TopicContract[];
  /** Instances of classes with `@Publisher`. */
  readonly publishers: readonly object[];
  readonly processes: readonly Process[];
  /** By stable name; over messages of other contexts. */
  readonly sagas: Readonly<Record<string, SagaFunction>>;
  readonly handlers: (ports: ContextPorts) => ReadonlyMap<Class, CommandHandler>;
  /** Projections and handlers of events. */
  readonly subscriptions: (ports: ContextPorts) => readonly SubscriptionDefinition[];
  readonly retry?: Partial<RetryPolicy>;
}

export type CommandHandler = (command: never) => Promise<AppendResult>;

/** What the code of a context reaches, in one process. */
export interface ContextPorts {
  readonly registry: EventRegistry;
  readonly clock: Clock;
  aggregates<A extends EventSourcedAggregate<object>>(aggregateClass: AggregateClass<A>): AggregateStore<A>;
  /** A call of somebody outside, which may take effect or not whatever the answer. @throws UnavailableError */
  outside<T>(what: string, work: () => T): Promise<T>;
}

/** Sent again under the same id until it is answered. */
export interface ClientRequest {
  readonly atMs: number;
  readonly context: string;
  readonly command: object;
  readonly commandId: string;
  /** The client sends it twice at the same time, as an impatient person does. */
  readonly twice: boolean;
}

/** What a client was told; without an answer nobody knows. */
export interface Answer {
  readonly request: ClientRequest;
  readonly result: AppendResult | { readonly rejected: string };
}

export interface EndOfRun {
  readonly system: SystemState;
  readonly databases: ReadonlyMap<string, MemoryDatabase>;
  readonly answers: readonly Answer[];
}
